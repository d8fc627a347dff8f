/** Publishes live video through a topic: the library's face of it. */
import { withFigures } from '../../figures/with-figures.ts';
import { statusEvents } from '../../files/run/status.ts';
import { createKafka } from '../../kafka/client.ts';
import { silentLogger } from '../../log.ts';
import { type PublishOptions, type PublishSummary, publishDefaults, streamSettings } from './options.ts';
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
  const stream = streamSettings(options);
  const source = await encoderSource(options);
  const { kafka: properties, giveUpAfter, logger = silentLogger, onEvent = () => {} } = options;
  const kafka = createKafka({
    properties,
    clientId: `sluice-publish-${options.stream}`,
    logger,
    onStatus: statusEvents(onEvent),
    ...(giveUpAfter === undefined ? {} : { giveUpAfter }),
  });
  try {
    return await publishFrom(kafka, source, stream);
  } finally {
    await kafka.close();
  }
}
