/** Records a stream to a file: the library's face of it. */
import { ConfigurationError, IncompleteError } from '../../errors.ts';
import { withFigures } from '../../figures/with-figures.ts';
import { statusEvents } from '../../files/run/status.ts';
import { createKafka } from '../../kafka/client.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { silentLogger } from '../../log.ts';
import { parsePath } from '../../stores/place.ts';
import { readStream } from '../play/read-stream.ts';
import { expectPlace } from './clip-file.ts';
import { type RecordFromOptions, type RecordOptions, type RecordSummary, recordDefaults } from './options.ts';
import { Recorder } from './recorder.ts';

/**
 * Writes whole segments of a stream to an MP4 file that begins at 0 and can be sought in. Resolves at `to`, with the programme, or by
 * `signal`; then the file is whole in each case. Gaps and restarts of the encoder leave no hole; where picture or sound are made
 * otherwise behind one, another file is begun (`a-2.mp4`).
 *
 * Throws ConfigurationError (names, times, a file that is there, a folder that is not), IncompleteError (the topic has nothing of that time), SluiceError (the
 * disk is full; what was recorded before has its file), UnreachableError (past `giveUpAfter`) or KafkaError.
 */
export async function record(options: RecordOptions): Promise<RecordSummary> {
  const open = async () => new (await import('./figures.ts')).RecordFigures(options.stream);
  return withFigures(options, open, recordCounted);
}

/** Whoever counts has its events. */
async function recordCounted(options: RecordOptions): Promise<RecordSummary> {
  const { kafka: properties, giveUpAfter, logger = silentLogger, onEvent = () => {}, signal } = options;
  const kafka = createKafka({
    properties,
    clientId: `sluice-record-${options.stream}`,
    logger,
    onStatus: statusEvents(onEvent),
    ...(giveUpAfter === undefined ? {} : { giveUpAfter }),
    // Whoever only reads has nothing to finish there.
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    return await recordFrom(kafka, options);
  } finally {
    await kafka.close();
  }
}

/** The same through any client; it stays open. */
export async function recordFrom(kafka: Kafka, options: RecordFromOptions): Promise<RecordSummary> {
  const { signal = new AbortController().signal, onEvent = () => {} } = options;
  const out = parsePath(options.out);
  const settings = { ...recordDefaults, ...options, out, signal, onEvent, atSegments: true };
  expectOrder(settings);
  await expectPlace(settings.out, settings.force);
  const recorder = new Recorder(settings);
  try {
    for await (const step of readStream(kafka, settings)) await recorder.take(step);
  } catch (error) {
    // What was recorded is kept; why it ended says more than why it may not be kept.
    await recorder.finish().catch(() => {});
    throw error;
  }
  await recorder.finish();
  const summary = recorder.summary(signal.aborted);
  if (summary.files.length === 0 && !signal.aborted) {
    throw new IncompleteError(
      `topic ${settings.topic} has nothing of stream "${options.stream}" of that time`,
    );
  }
  return summary;
}

function expectOrder({ from, to }: Pick<RecordFromOptions, 'from' | 'to'>): void {
  if (to === undefined || from === 'beginning' || to > (from ?? Date.now())) return;
  throw new ConfigurationError(
    from === undefined
      ? '--to is in the past: say by --from where to begin'
      : '--to is not behind --from: nothing lies between them',
  );
}
