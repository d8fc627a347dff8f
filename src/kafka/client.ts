/** The real client: Apache Kafka 3.6 and later, over our own connections. */
import { type Logger, silentLogger } from '../log.ts';
import * as admin from './admin/admin.ts';
import { agreement } from './admin/agreement.ts';
import { listGroups, logBytes } from './admin/looks.ts';
import { listOffsets } from './admin/offsets.ts';
import { answerTimeout } from './cluster/backoff.ts';
import { Cluster } from './cluster/cluster.ts';
import { KafkaConsumer } from './consume/consumer.ts';
import { GroupConsumer } from './consume/group-consumer.ts';
import { readToEnd } from './consume/read-to-end.ts';
import type { Kafka, KafkaStatus } from './contract.ts';
import { commit, committed } from './group/coordinator.ts';
import { type BandwidthLimit, pacesOf } from './pace/pace.ts';
import { KafkaProducer } from './produce/producer.ts';
import type { ClientProperties } from './properties.ts';
import { passedOver } from './security/passed-over.ts';
import { securityFrom } from './security.ts';
import { clientSettings, settingNames } from './settings.ts';

export interface KafkaOptions {
  /** Kafka's own names; `bootstrap.servers` is required. */
  readonly properties: ClientProperties;
  /** Shown in the broker's logs and quotas. Default: the property `client.id`, else `sluice`. */
  readonly clientId?: string;
  /** Milliseconds of unbroken failure after which an operation rejects with UnreachableError. Default: never. */
  readonly giveUpAfter?: number;
  /** Milliseconds between two looks for new partitions. Default: 30,000. */
  readonly metadataMaxAge?: number;
  readonly logger?: Logger;
  readonly onStatus?: (status: KafkaStatus) => void;
  /** Bytes a second to brokers, and as many from them. */
  readonly bandwidth?: BandwidthLimit | undefined;
  /** Closes the client. */
  readonly signal?: AbortSignal;
}

const defaultMetadataMaxAge = 30_000;

/** Many programs share one file of Kafka properties; most of it is not for this client. */
function isHeeded(name: string): boolean {
  return name === 'security.protocol' || /^(ssl|sasl)\./.test(name) || settingNames.includes(name);
}

/** A client of one cluster. It connects when it is first used. Throws ConfigurationError for wrong properties. */
export function createKafka(options: KafkaOptions): Kafka {
  const { properties, logger = silentLogger } = options;
  const settings = clientSettings(properties);
  const security = securityFrom(properties, (error) =>
    logger.warn({ err: error }, 'certificates that were replaced cannot be used: those of before are'),
  );
  const cluster = new Cluster({
    bootstrap: settings.bootstrapServers,
    clientId: options.clientId ?? settings.clientId,
    rack: settings.clientRack,
    requestTimeout: answerTimeout(settings.requestTimeoutMs, options.giveUpAfter),
    tls: security.tls,
    authenticate: security.authenticate,
    giveUpAfter: options.giveUpAfter,
    logger,
    onStatus: (status) => {
      // No failure, and nothing that a run waits for by itself: whoever wonders why it is slow looks into the log.
      if (status.state === 'throttled') logger.warn(status.message);
      options.onStatus?.(status);
    },
    paces: pacesOf(options.bandwidth),
  });
  const unheeded = passedOver(properties);
  if (unheeded.length > 0)
    logger.warn({ properties: unheeded }, 'Kafka properties of security that Sluice does not heed');
  const ignored = Object.keys(properties).filter((name) => !isHeeded(name));
  if (ignored.length > 0) logger.debug({ ignored }, 'Kafka properties that Sluice has no use for');
  const producers = new Set<KafkaProducer>();
  const consumers = new Set<KafkaConsumer | GroupConsumer>();

  const close = async () => {
    cluster.close();
    for (const producer of producers) producer.abort();
    for (const consumer of consumers) await consumer.close();
  };
  if (options.signal?.aborted) void close();
  options.signal?.addEventListener('abort', () => void close(), { signal: cluster.signal });

  const kafka: Kafka = {
    describeCluster: () => admin.describeCluster(cluster),
    describeTopic: (topic) => admin.describeTopic(cluster, topic),
    createTopic: (topic) => admin.createTopic(cluster, topic),
    listTopics: () => admin.listTopics(cluster),
    listGroups: () => listGroups(cluster),
    logBytes: (topics) => logBytes(cluster, topics),
    offsets: (topic, at) =>
      cluster.retry(`find the offsets of topic ${topic}`, () => listOffsets(cluster, topic, at)),
    agreement: (topic, read) => agreement(cluster, topic, read),
    committed: (group, topic) => committed(cluster, group, topic),
    commit: (group, topic, positions) => commit(cluster, group, topic, positions),
    producer: (producerOptions) => {
      const producer = new KafkaProducer(cluster, producerOptions);
      producers.add(producer);
      producer.closed.then(() => producers.delete(producer));
      return producer;
    },
    consumer: (consumerOptions) => {
      const { metadataMaxAge = defaultMetadataMaxAge } = options;
      const consumer =
        consumerOptions.group === undefined
          ? new KafkaConsumer(cluster, consumerOptions, metadataMaxAge)
          : new GroupConsumer(cluster, consumerOptions, metadataMaxAge);
      consumers.add(consumer);
      consumer.closed.then(() => consumers.delete(consumer));
      return consumer;
    },
    readToEnd: (...what) => readToEnd(cluster, kafka, ...what),
    close,
  };
  return kafka;
}
