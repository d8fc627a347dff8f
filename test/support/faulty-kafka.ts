/** A client whose appends fail or wait as the test chooses. The cluster behind it stays what it is. */
import type { Kafka, NewRecord, Producer, ProducerOptions } from '../../src/kafka/contract.ts';

/** An append, before it is passed on: whoever throws makes it fail, whoever waits delays it. */
export type BeforeAppend = (topic: string, record: NewRecord) => void | Promise<void>;

/** The same client, with `before` called ahead of every append. */
export function faultyKafka(kafka: Kafka, before: BeforeAppend): Kafka {
  return changedKafka(kafka, {
    producer: (options?: ProducerOptions) => faultyProducer(kafka.producer(options), before),
  });
}

/** The same client, with these calls instead of its own. */
export function changedKafka(kafka: Kafka, calls: Partial<Kafka>): Kafka {
  return new Proxy(kafka, {
    get(target, name) {
      const value: unknown = Reflect.get(name in calls ? calls : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function faultyProducer(producer: Producer, before: BeforeAppend): Producer {
  return {
    append: async (topic, partition, record, order) => {
      await before(topic, record);
      return producer.append(topic, partition, record, order);
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
