/** `sluice live export`: a stream as plain HLS and DASH in a folder or a bucket. */
import type { Command } from 'commander';
import { type ExportEvent, type ExportSummary, exportDefaults } from '../../delivery/export/options.ts';
import { ExitCode } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { giveUpFlag } from '../connection.ts';
import { figuresFlags } from '../figures-flags.ts';
import { type FlagsIn, optional, required, toggle, valued } from '../flags.ts';
import { writeJson } from '../output.ts';
import { interruptible } from '../signals.ts';
import { storeFlags, storeOptions, writtenFlags } from '../store-flags.ts';
import { duration, place, text, topicName } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';
import { placeInStream } from './place.ts';
import { amountOf, createReadingReporter } from './reading-reporter.ts';

const whatFlags = {
  stream: required('stream', 'NAME', text, 'the stream'),
  topic: valued('topic', 'TOPIC', topicName, exportDefaults.topic, exportDefaults.topic, 'its media topic'),
  from: optional(
    'from',
    'TIME',
    placeInStream,
    'begin with the segment of a time, -5m (before now) or beginning, where nothing stands yet',
    'all of the programme; with --window so much of it',
  ),
  once: toggle('once', 'fail when the stream was never published; otherwise wait for it'),
} as const;

const whereFlags = {
  to: required('to', 'PLACE', place, 'a folder, or the URL of a store, for this stream alone'),
  window: optional(
    'window',
    'TIME',
    duration,
    'what playlists list while the stream lives; the rest stays, for the end',
    'everything (EVENT)',
  ),
  forget: toggle('forget', 'remove what has left the window, once nobody can want it'),
  giveUpAfter: giveUpFlag('never'),
} as const;

const groups = {
  'What to export': whatFlags,
  'Where to': whereFlags,
  Stores: { ...storeFlags, ...writtenFlags },
  Figures: figuresFlags,
} as const;

export function exportCommand(): Command {
  return createVerb({
    name: 'export',
    summary: 'write a stream as plain HLS and DASH to a folder or a bucket',
    description:
      'Writes segments and the playlists that name them, as they come, so that any web server or CDN over the place serves the stream, ' +
      'without Sluice: index.m3u8 and manifest.mpd are what players open. At the end of the programme all of it is video on demand, and ' +
      'stays that. It may be killed at any moment, and goes on behind what stands; several at once to one place make the same files.',
    groups,
    examples: [
      [
        'sluice live export --stream studio --to s3://media/studio',
        'As long as the programme lasts, then for ever',
      ],
      [
        'sluice live export --stream studio --to ./studio --window 10m',
        'Viewers can go back ten minutes while it lives',
      ],
      [
        'sluice live export --stream cam7 --to gs://media/cam7 --window 1h --forget',
        'A camera that never ends',
      ],
    ],
    run,
  });
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const reporter = createReadingReporter<ExportEvent>(output, exportProgress());
  const { logger, onEvent } = reporter;
  const interruption = interruptible((words) => logger.warn(words));
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { exportStream } = await import('../../delivery/export/export.ts');
  try {
    const { signal } = interruption;
    const stores = storeOptions(settings);
    const summary = await exportStream({ ...settings, ...stores, kafka, logger, signal, onEvent });
    reporter.close();
    if (output.json) writeJson({ type: 'summary', verb: 'live export', ...summary });
    else if (!output.quiet) process.stderr.write(`${exportedLine(summary)}\n`);
    return summary.interrupted ? ExitCode.interrupted : ExitCode.ok;
  } finally {
    reporter.close();
    interruption.release();
  }
}

/** E.g. `5 min, 150 segments, 37 MB`, of this run. */
function exportProgress(): (event: ExportEvent) => string | undefined {
  let [segments, seconds, bytes] = [0, 0, 0];
  return (event) => {
    if (event.type === 'started') return 'waiting for its first segment';
    if (event.type !== 'segment') return undefined;
    segments += 1;
    seconds += event.duration;
    bytes += event.bytes;
    return amountOf({ segments, seconds, bytes, gaps: 0 });
  };
}

/** E.g. `./studio: 5 min, 150 segments, 37 MB, 1 gap; the programme is over`. Pure. */
export function exportedLine({ place, over, ...amount }: ExportSummary): string {
  return `${printable(place)}: ${amountOf(amount)}${over ? '; the programme is over' : ''}`;
}
