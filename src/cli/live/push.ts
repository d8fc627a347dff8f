/** `sluice live push`: a stream to other platforms. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import type { PushEvent, PushSummary } from '../../live/push/options.ts';
import { printable } from '../../printable.ts';
import * as quantity from '../../quantities.ts';
import type { FlagsIn } from '../flags.ts';
import { writeJson } from '../output.ts';
import { interruptible } from '../signals.ts';
import { unreadable } from '../unreadable.ts';
import { type Call, createVerb } from '../verb.ts';
import { pushGroups } from './push-flags.ts';
import { createReadingReporter } from './reading-reporter.ts';

export function pushCommand(): Command {
  return createVerb({
    name: 'push',
    summary: 'send a stream to other platforms by RTMP or SRT',
    description:
      'Sends a stream to other platforms while it is live, from its newest keyframe on, until the programme ends: H.264 and AAC as they are, ' +
      'anything else encoded anew by FFmpeg. Whoever does not take it is tried again without end. Times go on when the publisher restarts.',
    groups: pushGroups,
    examples: [
      [
        'sluice live push --stream demo --to-file targets.txt',
        'To every address in a file, which others cannot read',
      ],
      ['sluice live push --stream demo --to srt://127.0.0.1:9000', 'To one address without a key'],
    ],
    run,
  });
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof pushGroups>>): Promise<ExitCode> {
  const { to = [], toFile, ...options } = settings;
  const targets = [...to, ...(toFile === undefined ? [] : await addressesIn(toFile))];
  const reporter = createReadingReporter<PushEvent>(output, pushProgress);
  const { logger, onEvent } = reporter;
  const interruption = interruptible((words) => logger.warn(words));
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { push } = await import('../../live/push/push.ts');
  try {
    const { signal } = interruption;
    const summary = await push({ ...options, to: targets, kafka, logger, signal, onEvent });
    reporter.close();
    if (output.json) writeJson({ type: 'summary', verb: 'live push', ...summary });
    else if (!output.quiet) process.stderr.write(`${summaryLine(summary)}\n`);
    if (summary.interrupted) return ExitCode.interrupted;
    return summary.targets.every(({ connections }) => connections > 0) ? ExitCode.ok : ExitCode.incomplete;
  } finally {
    reporter.close();
    interruption.release();
  }
}

/** E.g. `1 of 2 targets takes it, 5 min`. */
function pushProgress(event: PushEvent): string | undefined {
  if (event.type !== 'progress') return undefined;
  const { targets } = event;
  const taking = targets.filter(({ isConnected }) => isConnected).length;
  const seconds = Math.max(0, ...targets.map((target) => target.seconds));
  return `${taking} of ${targets.length} ${targets.length === 1 ? 'target' : 'targets'} connected, ${quantity.duration(seconds)}`;
}

/** Throws ConfigurationError. */
async function addressesIn(path: string): Promise<readonly string[]> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unreadable('--to-file', path, error);
  });
  return content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** E.g. `rtmp://a.example/live/***: 5 min, 37 MB, 2 connections`, for each target. Pure. */
export function summaryLine({ targets, gaps }: PushSummary): string {
  const lines = targets.map(({ target, seconds, bytes, connections, dropped }) => {
    if (connections === 0) return `${printable(target)}: never connected`;
    const parts = [
      quantity.duration(seconds),
      quantity.bytes(bytes),
      `${connections} ${connections === 1 ? 'connection' : 'connections'}`,
      ...(dropped === 0 ? [] : [`${dropped} times left out what came too late`]),
      ...(gaps === 0 ? [] : [`${gaps} ${gaps === 1 ? 'gap' : 'gaps'}`]),
    ];
    return `${printable(target)}: ${parts.join(', ')}`;
  });
  return lines.join('\n');
}
