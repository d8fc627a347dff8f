/** `sluice upload`: the files of a folder onto a topic. */
import type { Command } from 'commander';
import { ConfigurationError, type ExitCode } from '../errors.ts';
import { generateFiles } from '../files/generate.ts';
import type { UploadEvent } from '../files/shared/events.ts';
import { printable } from '../printable.ts';
import * as quantity from '../quantities.ts';
import { parsePath, parsePlace } from '../stores/place.ts';
import { bandwidthOf } from './bandwidth.ts';
import { onceGivesUpAfter } from './connection.ts';
import type { FlagsIn } from './flags.ts';
import { LiveSettings } from './live-settings.ts';
import type { OutputSettings } from './output.ts';
import { storeOptions } from './store-flags.ts';
import { padEnd, padStart } from './terminal/text.ts';
import { runTransfer } from './transfer.ts';
import { uploadGroups } from './upload-flags.ts';
import { type Call, createVerb } from './verb.ts';

export function uploadCommand(): Command {
  return createVerb({
    name: 'upload',
    summary: 'send the files of a folder or a bucket to a topic',
    description:
      'Sends every file of a folder and its subfolders, or of a bucket, to a topic, and goes on watching it for new and ' +
      'changed files until it is interrupted. What was sent is remembered in the topic TOPIC.state: a restart sends ' +
      'only what is new, and goes on in the middle of a large file. Files at the source are never changed or moved, and ' +
      'removed with --move alone; with --delete what you remove there goes at the receivers.',
    groups: uploadGroups,
    examples: [
      ['sluice upload --from photos --topic files', 'Send a folder and watch it'],
      [
        'sluice upload --from /data --topic files --once --include "**/*.{jpg,png}" --exclude "tmp/**"',
        'Send the pictures that are there now, but nothing below tmp',
      ],
      [
        'sluice upload --from photos=/srv/photos --from logs=/var/log/till --topic files',
        'Two folders, as photos and logs below the name of this uploader',
      ],
      [
        'sluice upload --from s3://photos/2026 --topic files',
        'Send what is in a bucket, and what comes there',
      ],
      [
        'sluice upload --from demo --topic files --generate 30MB@1s --retention 7d',
        'Try it with a new file of 30 MB every second',
      ],
    ],
    run,
  });
}

type UploadCall = Call<FlagsIn<typeof uploadGroups>>;

async function run(call: UploadCall): Promise<ExitCode> {
  const { settings, output, kafka } = call;
  const live = new LiveSettings({ ...call, changeable: ['bandwidth', 'timeZone', 'order', 'first'] });
  const bandwidth = bandwidthOf(() => live.settings, 'up');
  const { generate, schedule } = settings;
  const once = settings.once || settings.dryRun || schedule !== undefined;
  const { from } = settings;
  const folder = typeof from === 'string' && parsePlace(from).store === 'disk' ? parsePath(from) : undefined;
  if (generate !== undefined && folder === undefined)
    throw new ConfigurationError('--generate makes its files in a folder: name one with --from');
  const told = settings.dryRun && !output.json ? listOnly(output) : output;
  const figures = async () =>
    new (await import('../files/run/transfer-figures.ts')).TransferFigures('upload');
  const common = { ...settings, live, bandwidth, figures };
  const run = { ...common, verb: 'upload', watching: !once, output: told } as const;
  return runTransfer(run, async ({ logger, onEvent }, signal) => {
    // Loaded here, so that help and usage errors need not wait for the client of Kafka.
    const { uploadOnce } = await import('../files/upload.ts');
    const plan = { files: 0, bytes: 0 };
    const tell = (event: UploadEvent) => {
      if (event.type === 'would-delete' && !output.json)
        process.stdout.write(`${padEnd('gone', 8)}${padEnd('', 10)}  ${printable(event.path)}\n`);
      if (event.type !== 'would-send' || output.json) return onEvent(event);
      plan.files += 1;
      plan.bytes += event.size;
      const size = padStart(quantity.bytes(event.size), 10);
      process.stdout.write(`${padEnd(event.reason, 8)}${size}  ${printable(event.path)}\n`);
    };
    const work = (inner: AbortSignal) => {
      const { generate: _made, maxInFlight, ...options } = live.settings;
      return uploadOnce({
        ...(once ? { giveUpAfter: onceGivesUpAfter } : {}),
        ...options,
        ...(maxInFlight === undefined ? {} : { bufferBytes: maxInFlight }),
        ...storeOptions(settings),
        once,
        kafka,
        bandwidth,
        onControl: (control) => {
          live.onChange = (changed) => control.reorder(changed);
        },
        logger,
        signal: inner,
        onEvent: tell,
      });
    };
    if (generate === undefined || folder === undefined) {
      const summary = await work(signal);
      if (told !== output && !summary.interrupted) process.stderr.write(planLine(plan));
      return summary;
    }
    return withGenerated({ folder, ...generate }, once, signal, work);
  });
}

/** The list of a dry run stands on stdout, so bars would only be in its way. */
function listOnly(output: OutputSettings): OutputSettings {
  return { ...output, quiet: true, logLevel: output.logLevel ?? 'warn' };
}

function planLine({ files, bytes }: { files: number; bytes: number }): string {
  return `${quantity.files(files)}, ${quantity.bytes(bytes)}, would be sent.\n`;
}

/** Runs `work` while test files are made; with `once` the one file is made before. */
async function withGenerated<T>(
  { interval, ...file }: { folder: string; size: number; interval?: number | undefined },
  once: boolean,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const every = once || interval === undefined ? {} : { interval };
  const files = generateFiles({ ...file, ...every, signal: both });
  await files.next();
  const making = drain(files).finally(() => ended.abort());
  if (every.interval === undefined) {
    await making;
    return work(signal);
  }
  const working = work(both).finally(() => ended.abort());
  const [result] = await Promise.all([working, making]);
  return result;
}

async function drain(files: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of files);
}
