/** `sluice verify`: a sink, compared with its topic. */
import type { Command } from 'commander';
import { ExitCode } from '../errors.ts';
import type { Verified } from '../files/verify.ts';
import { printable } from '../printable.ts';
import * as quantity from '../quantities.ts';
import { giveUpFlag, readerGivesUpAfter, topicFlag } from './connection.ts';
import { type FlagsIn, optional, required } from './flags.ts';
import { keyFlags } from './key-flags.ts';
import { logEvents } from './log-reporter.ts';
import { createVerbLogger, writeJson } from './output.ts';
import { interruptible } from './signals.ts';
import { storeFlags, storeOptions } from './store-flags.ts';
import { createStyle, type Style, styleFor } from './terminal/style.ts';
import { padEnd } from './terminal/text.ts';
import { place, text } from './values.ts';
import { type Call, createVerb } from './verb.ts';

const whatFlags = {
  topic: topicFlag,
  to: required('to', 'PLACE', place, 'the folder that a downloader fills, or the URL of a store'),
  uploader: optional('uploader', 'NAME', text, "only this uploader's files"),
  giveUpAfter: giveUpFlag('30s'),
} as const;
const groups = {
  'What to compare': whatFlags,
  'What is encrypted': keyFlags,
  'Stores that are no folder': storeFlags,
} as const;

export function verifyCommand(): Command {
  return createVerb({
    name: 'verify',
    summary: 'compare what stands at a sink with its topic',
    description:
      'Reads what stands at a sink, and compares the digest of every file with that which its uploader took: of the ' +
      'newest version of each path that was sent whole, also where its bytes are not on the topic any more. Writes ' +
      'nothing anywhere. Files that are missing, different or unreadable are named, and the exit code is 3 then. What ' +
      'has not been downloaded yet counts as missing, or as different.',
    groups,
    examples: [
      ['sluice verify --topic files --to /srv/shops', 'All files'],
      [
        `sluice verify --topic files --to s3://backups/shops --json | jq -r 'select(.result != "right").path'`,
        'Paths of what is not right in a bucket',
      ],
    ],
    run,
  });
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { verify } = await import('../files/verify.ts');
  const style = process.stdout.isTTY
    ? styleFor(process.stdout, process.env)
    : createStyle({ color: false, unicode: true });
  const logger = createVerbLogger(output);
  const interruption = interruptible((message) => logger.info(message));
  const { signal } = interruption;
  const options = { ...settings, ...storeOptions(settings), kafka, logger, signal };
  const counts = { right: 0, missing: 0, different: 0, unreadable: 0 };
  const tell = logEvents(logger);
  // What no key opens may hide more files than are named.
  let isHiding = false;
  const found = verify({
    giveUpAfter: readerGivesUpAfter,
    ...options,
    onEvent: (event) => {
      isHiding ||= event.type === 'warning';
      tell(event);
    },
  });
  let bytes = 0;
  try {
    for await (const file of found) {
      counts[file.result] += 1;
      if (file.result === 'right') bytes += file.size;
      if (output.json) writeJson(file);
      else if (file.result !== 'right') process.stdout.write(`${verifiedLine(file, style)}\n`);
    }
  } catch (error) {
    if (signal.aborted) return ExitCode.interrupted;
    throw error;
  } finally {
    interruption.release();
  }
  if (!output.json && !output.quiet) process.stderr.write(`${verifiedSummary(counts, bytes)}\n`);
  const wrong = counts.missing + counts.different + counts.unreadable;
  return wrong === 0 && !isHiding ? ExitCode.ok : ExitCode.incomplete;
}

/** One file that is not right: how, its name, why. Pure. */
export function verifiedLine({ result, uploader, path, reason = '' }: Verified, style: Style): string {
  return `${style.bad(padEnd(result, 10))}  ${printable(`${uploader}/${path}`)}  ${style.faint(printable(reason))}`;
}

/** E.g. `3 files right (12 MB), 1 missing`. Pure. */
export function verifiedSummary(
  { right, ...others }: Readonly<Record<Verified['result'], number>>,
  bytes: number,
): string {
  const wrong = Object.entries(others).filter(([, count]) => count > 0);
  const words = wrong.map(([result, count]) => `, ${count} ${result}`);
  return `${quantity.files(right)} right (${quantity.bytes(bytes)})${words.join('')}`;
}
