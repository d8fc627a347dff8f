/** How the verbs of files open their Kafka client. */
import type { KafkaOptions } from '../../kafka/client.ts';
import { silentLogger } from '../../log.ts';
import type { ResumedEvent, WaitingEvent } from '../shared/events.ts';
import type { TopicOptions } from '../shared/options.ts';
import { statusEvents } from './status.ts';

export function clientOptions(
  options: TopicOptions & { readonly onEvent?: (event: WaitingEvent | ResumedEvent) => void },
  clientId: string,
): KafkaOptions {
  const { kafka, giveUpAfter, logger = silentLogger, onEvent = () => {}, bandwidth } = options;
  const limit = giveUpAfter === undefined ? {} : { giveUpAfter };
  return { properties: kafka, clientId, logger, onStatus: statusEvents(onEvent), bandwidth, ...limit };
}
