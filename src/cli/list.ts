/** `sluice list`: the files on a topic. */
import type { Command } from 'commander';
import { z } from 'zod';
import { ExitCode } from '../errors.ts';
import { textOf } from '../files/incoming/ranges.ts';
import { type ListedFile, listedWords } from '../files/shared/reading-options.ts';
import { printable } from '../printable.ts';
import * as quantity from '../quantities.ts';
import { giveUpFlag, readerGivesUpAfter, topicFlag } from './connection.ts';
import { type FlagsIn, optional, repeated, toggle } from './flags.ts';
import { keyFlags } from './key-flags.ts';
import { logEvents } from './log-reporter.ts';
import { createVerbLogger, jsonLine } from './output.ts';
import { written } from './stdout.ts';
import { createStyle, type Style, styleFor } from './terminal/style.ts';
import { padEnd, padStart } from './terminal/text.ts';
import { choice, pastMoment, size, text } from './values.ts';
import { type Call, createVerb } from './verb.ts';

const listFlags = {
  topic: topicFlag,
  uploader: optional('uploader', 'NAME', text, "only this uploader's files"),
  all: toggle('all', 'every version of a file, not the newest only'),
  giveUpAfter: giveUpFlag('30s'),
} as const;
const filterFlags = {
  state: {
    flag: 'state',
    form: 'list',
    argument: 'STATE',
    schema: z.array(choice(listedWords)),
    fallback: undefined,
    help: `only versions of which that is so, of each path all that are known: ${listedWords.join(', ')}; may be repeated`,
  },
  include: repeated('include', 'GLOB', 'only paths that match, e.g. "**/*.jpg"; may be repeated'),
  exclude: repeated('exclude', 'GLOB', 'leave out paths that match, whole folders too; may be repeated'),
  since: optional('since', 'TIME', pastMoment, 'only what was sent at that time or later; 7d: within a week'),
  until: optional('until', 'TIME', pastMoment, 'only what was sent at that time or before'),
  larger: optional('larger', 'SIZE', size(), 'only files of that size or more'),
  smaller: optional('smaller', 'SIZE', size(), 'only files of that size or less'),
} as const;
const groups = {
  'What to list': listFlags,
  'Which of it': filterFlags,
  'What is encrypted': keyFlags,
} as const;

export function listCommand(): Command {
  return createVerb({
    name: 'list',
    summary: 'list the files on a topic',
    description:
      'Lists the files that stand on a topic, the newest version first: when it was sent, its size, its state (how much ' +
      'of it is there, which bytes are missing), and UPLOADER/PATH, by which `sluice cat` finds it. With --json each file is an object with its digest. What is encrypted, ' +
      'and no --identity opens, is marked so; if that hides names or digests, the exit code is 3.',
    groups,
    examples: [
      ['sluice list --topic files', 'All files'],
      ['sluice list --topic files --uploader till-7 --all', 'Every version of the files of one uploader'],
      ['sluice list --topic files --state sending', 'What is under way, and how far'],
      [
        'sluice list --topic files --since 1d --larger 1GB --include "**/*.mp4"',
        'Large films of the last day',
      ],
      [
        `sluice list --topic files --json | jq -r '[.digest, .path] | @tsv'`,
        'Digests, for a comparison with the source',
      ],
    ],
    run,
  });
}

/** Characters that are written at once. */
const pieceLength = 64 * 1024;

async function run({ settings, output, kafka }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { list } = await import('../files/list.ts');
  const { all, ...options } = settings;
  const style = process.stdout.isTTY
    ? styleFor(process.stdout, process.env)
    : createStyle({ color: false, unicode: true });
  const logger = createVerbLogger(output);
  const tell = logEvents(logger);
  let locked = false;
  const found = list({
    giveUpAfter: readerGivesUpAfter,
    ...options,
    kafka,
    newestOnly: !all,
    logger,
    onEvent: (event) => {
      if (event.type === 'warning') locked = true;
      tell(event);
    },
  });
  let files = 0;
  let bytes = 0;
  let text = '';
  for await (const file of found) {
    files += 1;
    bytes += file.size;
    locked ||= file.locked === true;
    text += `${output.json ? jsonLine(file) : listLine(file, style)}\n`;
    if (text.length < pieceLength) continue;
    // Waited for: a list may be longer than memory is large.
    await written(Buffer.from(text));
    text = '';
  }
  if (text !== '') await written(Buffer.from(text));
  if (!output.json && !output.quiet)
    process.stderr.write(`${quantity.files(files)}, ${quantity.bytes(bytes)}\n`);
  if (locked && options.identity === undefined && !output.json && !output.quiet) {
    const message =
      'some of them are encrypted, and no key that was given shows what they are: add --identity FILE, or --passphrase-file FILE\n';
    process.stderr.write(message);
  }
  return locked ? ExitCode.incomplete : ExitCode.ok;
}

/** One file: time sent in UTC, size, state, name. Pure. */
export function listLine(file: ListedFile, style: Style): string {
  const sent = new Date(file.sentAt).toISOString().replace('T', ' ').slice(0, 19);
  const state = padEnd(file.state, 10);
  const shown = file.state === 'complete' ? style.faint(state) : style.notice(state);
  const name = printable(`${file.uploader}/${file.path}`);
  const size = file.locked && file.size === 0 ? '?' : quantity.bytes(file.size);
  const secret = file.locked ? ['encrypted: no key'] : file.encrypted ? ['encrypted'] : [];
  const notes = [...progressOf(file), ...secret].map((note) => `  (${note})`);
  return `${sent}Z  ${padStart(size, 8)}  ${shown}  ${name}${notes.join('')}`;
}

/** How far it is, and what it lacks. */
function progressOf({ state, size, done, rate, missing = [] }: ListedFile): string[] {
  if (state === 'sending' && done !== undefined) {
    const speed = rate === undefined ? '' : `, ${quantity.rate(rate)}`;
    return [`${quantity.percent(done, size)}${speed}`];
  }
  return missing.length === 0 ? [] : [`missing ${textOf(missing)}`];
}
