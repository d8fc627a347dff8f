/** `sluice live record`: a stream, or a clip of one, to a file. */
import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import type { RecordEvent, RecordSummary } from '../../live/record/options.ts';
import { printable } from '../../printable.ts';
import { giveUpFlag } from '../connection.ts';
import { figuresFlags } from '../figures-flags.ts';
import { type FlagsIn, optional, required, toggle } from '../flags.ts';
import { writeJson } from '../output.ts';
import { interruptible } from '../signals.ts';
import { path } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';
import { momentOfStream, placeInStream } from './place.ts';
import { onceFlag, streamFlags } from './read-flags.ts';
import { amountOf, createReadingReporter } from './reading-reporter.ts';

const clipFlags = {
  ...streamFlags,
  from: optional(
    'from',
    'TIME',
    placeInStream,
    'begin with the segment of a time, -5m (before now) or beginning',
    'the newest segment',
  ),
  to: optional(
    'to',
    'TIME',
    momentOfStream,
    'end with the segment before a time',
    'the end of the programme, or Ctrl-C',
  ),
  once: onceFlag,
} as const;

const fileFlags = {
  out: required('out', 'FILE.mp4', path, 'the file to write'),
  force: toggle('force', 'replace a file that is there'),
  giveUpAfter: giveUpFlag('never'),
} as const;

const groups = { 'What to record': clipFlags, 'Where to': fileFlags, Figures: figuresFlags } as const;

export function recordCommand(): Command {
  return createVerb({
    name: 'record',
    summary: 'write a stream, or a clip of one, to a file',
    description:
      'Writes whole segments of a stream to an MP4 file that begins at 0: from now on, or what the topic holds of a time that is past. ' +
      'Ends at --to, with the programme, or by Ctrl-C; the file is whole in each case. Until then it is called FILE.mp4.part, and plays too. ' +
      'Where a publisher restarts with another picture size or codec, the recording goes on in FILE-2.mp4.',
    groups,
    examples: [
      ['sluice live record --stream demo --out demo.mp4', 'Record until the programme ends'],
      ['sluice live record --stream demo --out goal.mp4 --from -90 --to -60', 'A clip of half a minute'],
      [
        'sluice live record --stream demo --out evening.mp4 --from 2026-07-01T20:00Z --to 2026-07-01T21:00Z',
        'What was, or will be, shown between eight and nine',
      ],
    ],
    run,
  });
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const reporter = createReadingReporter<RecordEvent>(output, recordProgress);
  const { logger, onEvent } = reporter;
  const interruption = interruptible((words) => logger.warn(words));
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { record } = await import('../../live/record/record.ts');
  try {
    const { signal } = interruption;
    const summary = await record({ ...settings, kafka, logger, signal, onEvent });
    reporter.close();
    if (output.json) writeJson({ type: 'summary', verb: 'live record', ...summary });
    else if (!output.quiet) process.stderr.write(`${summaryLine(summary)}\n`);
    return summary.interrupted ? ExitCode.interrupted : ExitCode.ok;
  } finally {
    reporter.close();
    interruption.release();
  }
}

/** E.g. `5 min, 150 segments, 37 MB`. */
function recordProgress(event: RecordEvent): string | undefined {
  if (event.type === 'started') return 'waiting for its first segment';
  return event.type === 'progress' ? amountOf({ ...event, gaps: 0 }) : undefined;
}

/** E.g. `demo.mp4: 5 min, 150 segments, 37 MB, 1 gap`. Pure. */
export function summaryLine(summary: RecordSummary): string {
  const { files } = summary;
  const names = files.length === 0 ? 'nothing recorded' : files.map(({ path }) => printable(path)).join(', ');
  return `${names}: ${amountOf(summary)}`;
}
