/** Publishes live video through a topic: the library's face of it. */
import { withFigures } from '../../figures/with-figures.ts';
import { statusEvents } from '../../files/run/status.ts';
import { createKafka } from '../../kafka/client.ts';
import { silentLogger } from '../../log.ts';
import type { PublishEvent } from './events.ts';
import { type PublishOptions, type PublishSummary, publishDefaults, streamSettings } from './options.ts';
import { PublishReport } from './publish-report.ts';
import { publishFrom } from './publish-run.ts';
import { encoderSource } from './source.ts';

/**
 * Encodes an input by FFmpeg and publishes it as a stream. Resolves when the input has ended, or `signal` has come, and everything is
 * acknowledged. What can succeed later is tried again without end: Kafka, the encoder, an input from the network.
 *
 * Throws ConfigurationError (options, input, somebody else publishes the stream, wrong key), SluiceError (taken over by
 * somebody else), UnreachableError (past `giveUpAfter`) or KafkaError (refused credentials or rights).
 */
export async function publish(options: PublishOptions): Promise<PublishSummary> {
  const open = async () =>
    new (await import('./figures.ts')).PublishFigures(
      options.stream,
      options.spoolBytes ?? publishDefaults.spoolBytes,
    );
  return withFigures(options, open, publishCounted);
}

/** Whoever counts has its events. */
async function publishCounted(options: PublishOptions): Promise<PublishSummary> {
  const report = new PublishReport(options.stream);
  const onEvent = (event: PublishEvent): void => {
    report.see(event);
    options.onEvent?.(event);
  };
  const stream = streamSettings({ ...options, onEvent });
  const source = await encoderSource({ ...options, onEvent });
  const { kafka: properties, giveUpAfter, logger = silentLogger } = options;
  const kafka = createKafka({
    properties,
    clientId: `sluice-publish-${options.stream}`,
    logger,
    onStatus: statusEvents(onEvent),
    ...(giveUpAfter === undefined ? {} : { giveUpAfter }),
  });
  try {
    report.begin(kafka, stream.topic, logger);
    const summary = await publishFrom(kafka, source, stream);
    await report.end();
    return summary;
  } finally {
    report.stop();
    await kafka.close();
  }
}
