/** `sluice state show`: uploaders, and what they know of their files. */
import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import type { RememberedFile, UploaderState } from '../../files/show-state.ts';
import { printable } from '../../printable.ts';
import * as quantity from '../../quantities.ts';
import { readerGivesUpAfter } from '../connection.ts';
import type { FlagsIn } from '../flags.ts';
import { keyFlags } from '../key-flags.ts';
import { logEvents } from '../log-reporter.ts';
import { createVerbLogger, writeJson } from '../output.ts';
import { padEnd, padStart } from '../terminal/text.ts';
import { type Call, createVerb } from '../verb.ts';
import { pathFlags, stateFlags, whose } from './whose.ts';

const groups = {
  'What to show': { ...stateFlags, ...pathFlags },
  'What is encrypted': keyFlags,
} as const;

export function showCommand(): Command {
  return createVerb({
    name: 'show',
    summary: 'tell what uploaders remember',
    description:
      'Tells of each uploader of a topic how many files it has sent, has under way or has given up, and whether it runs; of one ' +
      'uploader its files too; of one file all that is remembered of it. Writes nothing.',
    words: [['[uploader/path]', 'an uploader, or a file of it, as `sluice list` shows it']],
    groups,
    examples: [
      ['sluice state show --topic files', 'All uploaders'],
      ['sluice state show --topic files till-7', 'One of them, and its files'],
      ['sluice state show --topic files till-7/a.jpg --json', 'All that is remembered of a file'],
    ],
    run,
  });
}

async function run({ settings, output, kafka, words }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { showState } = await import('../../files/show-state.ts');
  const logger = createVerbLogger(output);
  const [word] = words;
  const which = word === undefined ? {} : whose(word);
  const options = { giveUpAfter: readerGivesUpAfter, ...settings, ...which, kafka, logger };
  let isLocked = false;
  for await (const one of showState({ ...options, onEvent: logEvents(logger) })) {
    isLocked ||= one.type === 'file' && one.locked === true;
    if (output.json) writeJson(one);
    else if (one.type === 'uploader') process.stdout.write(`${uploaderLine(one)}\n`);
    else process.stdout.write(`${'path' in which ? fileLines(one).join('\n') : fileLine(one)}\n`);
  }
  return isLocked ? ExitCode.incomplete : ExitCode.ok;
}

/** E.g. `till-7  1,204 sent (3.2 GB), 1 under way  running on till-7.shops (process 812)`. Pure. */
export function uploaderLine(one: UploaderState): string {
  const { uploader, sent, bytes, sending, aborted, forgotten, isWhole, holder } = one;
  const counts = [`${quantity.number(sent)} sent (${quantity.bytes(bytes)})`];
  if (sending > 0) counts.push(`${quantity.number(sending)} under way`);
  if (aborted > 0) counts.push(`${quantity.number(aborted)} given up`);
  if (forgotten > 0) counts.push(`${quantity.number(forgotten)} to be sent again`);
  const who = holder === undefined ? '' : `on ${holder.host} (process ${holder.pid})`;
  const notes = [
    ...(holder?.isRunning ? [`running ${who}`] : holder === undefined ? [] : [`was cut short ${who}`]),
    ...(isWhole ? [] : ['not all that it sent is told']),
  ];
  return printable([uploader, counts.join(', '), ...notes].join('  '));
}

/** E.g. `  sending  2.1 GB  45%  film.mp4`. Pure. */
export function fileLine({ state, size, done, path, locked, encrypted }: RememberedFile): string {
  const secret = locked ? '  (encrypted: no key)' : encrypted ? '  (encrypted)' : '';
  const how = state === 'sending' && !locked ? `  (${quantity.percent(done, size)})` : '';
  const shown = locked && size === 0 ? '?' : quantity.bytes(size);
  return printable(`  ${padEnd(state, 9)}  ${padStart(shown, 8)}  ${path}${how}${secret}`);
}

/** A name and its value a line. Pure. */
export function fileLines(file: RememberedFile): string[] {
  const { uploader, path, state, upload, size, done, digest, partition, first, last, before } = file;
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
  const facts: [name: string, value: string][] = [
    ['file', `${uploader}/${path}`],
    ['state', state],
    ['upload', upload],
    ['size', `${size} bytes`],
    ...(state === 'sending' ? [['done', `${done} bytes`] as [string, string]] : []),
    ['modified', time(file.mtime)],
    ...(digest === undefined ? [] : [['digest', digest] as [string, string]]),
    ['stands at', `partition ${partition}, offsets ${first} to ${last}`],
    ...(before === undefined ? [] : [['sent before', before] as [string, string]]),
    ['noted', time(file.at)],
    ...(file.locked ? [['encrypted', 'no key'] as [string, string]] : []),
  ];
  return facts.map(([name, value]) => printable(`${padEnd(name, 11)}  ${value}`));
}
