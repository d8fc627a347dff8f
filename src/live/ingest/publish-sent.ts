/** Publishes what senders give as programmes, each through a client of its own: what one stream waits for holds up no other. */
import { createKafka } from '../../kafka/client.ts';
import { type Logger, silentLogger } from '../../log.ts';
import { publishFrom } from '../publish/publish-run.ts';
import type { Publishing } from './desk/desk.ts';
import type { Plans } from './desk/plans.ts';
import { sentSource } from './desk/sent-source.ts';
import type { IngestEvent } from './events.ts';
import type { IngestSettings } from './options.ts';

export interface PublishSentOptions {
  readonly settings: IngestSettings;
  readonly plans: Plans;
  readonly onEvent: (event: IngestEvent) => void;
}

/** Resolves when the programme has ended and everything is acknowledged. Rejects as `publish` does. */
export async function publishSent(options: PublishSentOptions, publishing: Publishing): Promise<void> {
  const { settings, plans, onEvent } = options;
  const { stream, senders, container, signal } = publishing;
  const { kafka: properties, topic, spoolBytes, partitions, replicationFactor, retention } = settings;
  const { ffmpeg, stallAfter, reconnect, standByAfter, keepLive } = settings;
  const logger = namedLogger(settings.logger ?? silentLogger, stream);
  const plan = await plans.of(container);
  const source = sentSource({ senders, plans, plan, ffmpeg, stallAfter, reconnect, standByAfter, logger });
  const kafka = createKafka({ properties, clientId: `sluice-ingest-${stream}`, logger });
  try {
    await publishFrom(kafka, source, {
      stream,
      topic,
      // The desk has looked whether somebody else has it.
      takeover: true,
      keepLive: keepLive ? 'interrupted' : false,
      spoolBytes,
      partitions,
      replicationFactor,
      ...(retention === undefined ? {} : { retention }),
      signal,
      onEvent: (event) => {
        // A server has the figures of all of its streams.
        if (event.type !== 'figures') onEvent({ ...event, stream });
      },
    });
  } finally {
    await kafka.close();
  }
}

function namedLogger(logger: Logger, stream: string): Logger {
  return logger.child({ stream });
}
