/** Processes that die: after the fatal call nothing of them reaches the cluster or the disk any more. */
import type { Consumer, ConsumerOptions, FetchedBatch, Kafka, Producer } from '../../src/kafka/contract.ts';
import { KafkaError } from '../../src/kafka/contract.ts';
import type { Sink } from '../../src/stores/contract.ts';
import { faultySink } from './faulty-store.ts';

/** One life: so many calls to the outside, counted over everything that shares it. */
export class Life {
  #left: number;

  /** `calls` that still succeed; infinitely many: it never dies. */
  constructor(calls: number) {
    this.#left = calls;
  }

  /** From now on. */
  end(): void {
    this.#left = 0;
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  /** Counts a call; throws from the fatal one on. */
  spend(): void {
    if (this.#left-- <= 0) throw new KafkaError('closed', 'the process was killed');
  }
}

/** A client whose appends, commits and fetches end with the life. */
export function mortalKafka(kafka: Kafka, life: Life): Kafka {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (life.isOver) throw new KafkaError('closed', 'the process was killed');
    return work();
  };
  return {
    describeCluster: () => guarded(() => kafka.describeCluster()),
    describeTopic: (topic) => guarded(() => kafka.describeTopic(topic)),
    createTopic: (topic) => guarded(() => kafka.createTopic(topic)),
    listTopics: () => guarded(() => kafka.listTopics()),
    listGroups: () => guarded(() => kafka.listGroups()),
    logBytes: (topics) => guarded(() => kafka.logBytes(topics)),
    offsets: (topic, at) => guarded(() => kafka.offsets(topic, at)),
    agreement: (topic, read) => guarded(() => kafka.agreement(topic, read)),
    committed: (group, topic) => guarded(() => kafka.committed(group, topic)),
    commit: async (group, topic, positions) => {
      life.spend();
      await kafka.commit(group, topic, positions);
    },
    readToEnd: (...what) => guarded(() => kafka.readToEnd(...what)),
    producer: (options) => mortalProducer(kafka.producer(options), life),
    consumer: (options) => mortalConsumer(kafka, options, life),
    close: () => kafka.close(),
  };
}

function mortalProducer(producer: Producer, life: Life): Producer {
  return {
    append: async (topic, partition, record, order) => {
      life.spend();
      const place = await producer.append(topic, partition, record, order);
      // Dead before the acknowledgement came: it is on the topic, and nobody knows.
      if (life.isOver) throw new KafkaError('closed', 'the process was killed');
      return place;
    },
    prepare: (topic, partition) => producer.prepare(topic, partition),
    ready: () => producer.ready(),
    get recordBytes() {
      return producer.recordBytes;
    },
    get pendingBytes() {
      return producer.pendingBytes;
    },
    close: () => producer.close(),
  };
}

function mortalConsumer(kafka: Kafka, options: ConsumerOptions, life: Life): Consumer {
  const consumer = kafka.consumer(options);
  return {
    commit: async (positions) => {
      life.spend();
      await consumer.commit(positions);
    },
    close: () => consumer.close(),
    async *[Symbol.asyncIterator](): AsyncGenerator<FetchedBatch, void, undefined> {
      for await (const batch of consumer) {
        if (life.isOver) throw new KafkaError('closed', 'the process was killed');
        yield batch;
      }
    },
  };
}

/** A sink whose every call counts. */
export function mortalSink(sink: Sink, life: Life): Sink {
  return faultySink(sink, () => life.spend());
}
