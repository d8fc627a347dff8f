/** `sluice ingest key list` and `remove`: the keys that there are, and how they are taken back. */
import type { Command } from 'commander';
import { ExitCode, IncompleteError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { type SenderKey, senderKeyId } from '../../records/sender-key.ts';
import { readerGivesUpAfter } from '../connection.ts';
import { type FlagsIn, optional } from '../flags.ts';
import { createVerbLogger, writeJson } from '../output.ts';
import { text } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';
import { keyTopicFlag } from './key-add.ts';

const groups = {
  'Which keys': {
    topic: keyTopicFlag,
    stream: optional('stream', 'STREAM', text, 'those for this stream, or glob, as it was given to add'),
    name: optional('name', 'NAME', text, 'those of this name'),
  },
} as const;

type KeyCall = Call<FlagsIn<typeof groups>>;

export function keyListCommand(): Command {
  return createVerb({
    name: 'list',
    summary: 'list the keys of senders',
    description:
      'Lists the keys that stand on the topic: id, streams, name, since when and until when. The keys themselves stand nowhere.',
    groups,
    examples: [['sluice ingest key list', 'All of them']],
    run: async (call) => tell(call, await keysOf(call, 'listKeys'), 'key'),
  });
}

export function keyRemoveCommand(): Command {
  return createVerb({
    name: 'remove',
    summary: 'take keys of senders back',
    description:
      'Takes the keys back that all of what is given fits: --stream, --name, an id as list shows it. Every server of the topic knows at once, and ends ' +
      'the programmes of those who send by them. Exit code 3 when none fits.',
    words: [['[id]', 'the id of a key, or its beginning']],
    groups,
    examples: [
      ['sluice ingest key remove --stream studio', 'All keys of a stream'],
      ['sluice ingest key remove 4be1c27d90aa', 'One key'],
    ],
    run: async (call) => tell(call, await keysOf(call, 'removeKeys'), 'removed'),
  });
}

async function keysOf(
  { settings, output, kafka, words: [id] }: KeyCall,
  what: 'listKeys' | 'removeKeys',
): Promise<readonly SenderKey[]> {
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const keys = await import('../../live/ingest/keys/manage-keys.ts');
  const logger = createVerbLogger(output);
  const which = { ...settings, ...(id === undefined ? {} : { id }) };
  return keys[what]({ ...which, giveUpAfter: readerGivesUpAfter, kafka, logger });
}

function tell({ output }: KeyCall, keys: readonly SenderKey[], type: 'key' | 'removed'): ExitCode {
  for (const key of keys) {
    const { digest, streams, name, created, expires } = key;
    const until = expires === undefined ? {} : { expires };
    if (output.json) writeJson({ type, id: senderKeyId(digest), stream: streams, name, created, ...until });
    else process.stdout.write(`${type === 'removed' ? 'removed ' : ''}${keyLine(key, Date.now())}\n`);
  }
  // Whoever mistyped a name is not to believe that its key opens nothing any more.
  if (type === 'removed' && keys.length === 0)
    throw new IncompleteError(
      'there is no such key: nothing was taken back; sluice ingest key list has those that there are',
    );
  if (keys.length === 0 && !output.json && !output.quiet) process.stderr.write('There is no such key.\n');
  return ExitCode.ok;
}

/** `4be1c27d90aa  cam-*  "north hall"  since 2026-11-30 09:00, until 2026-12-30 09:00`, in UTC. Pure. */
export function keyLine({ digest, streams, name, created, expires }: SenderKey, now: number): string {
  const until =
    expires === undefined
      ? ''
      : expires <= now
        ? `, over since ${moment(expires)}`
        : `, until ${moment(expires)}`;
  const called = name === '' ? '' : `  "${printable(name)}"`;
  return `${senderKeyId(digest)}  ${printable(streams)}${called}  since ${moment(created)}${until}`;
}

/** Milliseconds behind which there are no dates, while a record may name one. */
const lastDate = 8.64e15;

function moment(milliseconds: number): string {
  const text = new Date(Math.min(milliseconds, lastDate)).toISOString();
  return `${text.slice(0, -8).replace('T', ' ')} UTC`;
}
