/** Rebuilds a topic's files in a directory: the library's face of it. */
import { createKafka } from '../kafka/client.ts';
import type { Kafka } from '../kafka/contract.ts';
import type { Sink } from '../stores/contract.ts';
import { openSink } from '../stores/open.ts';
import { clientOptions } from './run/client-options.ts';
import { DownloadRun } from './run/download-run.ts';
import { runStoppable } from './run/run-stoppable.ts';
import { type DownloadOptions, type DownloadSummary, downloadSettings } from './shared/options.ts';
import { awaitTopic, existingTopic } from './shared/topics.ts';

/**
 * Rebuilds every file of a topic below a directory, as `<to>/<uploader>/<path>`. Resolves when the ends that the
 * partitions had at the start are reached (`once`), or when `signal` has ended the run.
 *
 * Throws ConfigurationError (sink, topic, options), UnreachableError (past `giveUpAfter`) or KafkaError. Files that cannot
 * be rebuilt throw nothing: they are told as events and counted in `failed`.
 */
export async function download(options: DownloadOptions): Promise<DownloadSummary> {
  const settings = downloadSettings(options);
  const sink = await openSink(settings.to);
  try {
    const kafka = createKafka(clientOptions(settings, `sluice-download-${settings.name}`));
    try {
      return await downloadTo(kafka, sink, settings);
    } finally {
      await kafka.close();
    }
  } finally {
    await sink.close();
  }
}

/** The same, to any sink through any client. The client is closed only when a stopped run cannot end otherwise. */
export async function downloadTo(
  kafka: Kafka,
  sink: Sink,
  options: DownloadOptions,
): Promise<DownloadSummary> {
  const settings = downloadSettings(options);
  let open = 0;
  const summary = await runStoppable({ ...settings, kafka }, async ({ stop, progress, report }) => {
    const topic = settings.once
      ? await existingTopic(kafka, settings.topic)
      : await awaitTopic(kafka, settings.topic, { onEvent: settings.onEvent, signal: stop.signal });
    if (topic === undefined) return;
    const { name } = settings;
    const { partitions } = topic;
    settings.onEvent({ type: 'started', name, topic: topic.name, partitions, place: sink.place });
    report();
    const run = new DownloadRun({ kafka, sink, settings, progress, topic, stop });
    await run.run().finally(() => {
      open = run.open;
    });
  });
  return { ...summary, open };
}
