/** What a bucket tells of its changes on a topic of Kafka: hints for whoever looks, beside the listings that find everything. */
import { ConfigurationError, describeError } from '../../errors.ts';
import { type Kafka, KafkaError } from '../../kafka/contract.ts';

/** Bytes of notices that are fetched ahead. */
const aheadBytes = 1024 * 1024;

/** Paths that a record speaks of; undefined when it is no notice. */
export type NoticeReader = (text: string) => readonly string[] | undefined;

/** Calls `hint` with what is noticed. `unnoticed` is told, once for each reason, why something is not. */
export type Notices = (
  hint: (path: string) => void,
  unnoticed: (message: string) => void,
) => Promise<{ close(): Promise<void> }>;

/**
 * Listens from now on: what was told before, a listing has found. Rejects with ConfigurationError where there is no such topic, and with
 * KafkaError where it may not be read.
 */
export function noticesOn(kafka: Kafka, topic: string, read: NoticeReader): Notices {
  return async (hint, unnoticed) => {
    const from = await kafka.offsets(topic, 'latest').catch((error: unknown) => {
      if (!(error instanceof KafkaError) || error.kind !== 'unknown-topic') throw error;
      throw new ConfigurationError(
        `--notifications names the topic ${topic}, which is not there: have the server send its notices there first`,
        { cause: error },
      );
    });
    // Lost ones are found by the next listing.
    const [onGap, onCut] = [() => {}, () => {}];
    const how = { bufferBytes: aheadBytes, connections: 1, newPartitions: true, onGap, onCut };
    const consumer = kafka.consumer({ topic, from, ...how });
    let isStrange = false;
    const listen = async (): Promise<void> => {
      for await (const batch of consumer) {
        for (const { value } of batch.records) {
          const paths = value === null ? [] : read(Buffer.from(value).toString());
          for (const path of paths ?? []) hint(path);
          if (paths !== undefined || isStrange) continue;
          isStrange = true;
          unnoticed(`${topic} has records that are no notices of a bucket: they are passed over`);
        }
        batch.release();
      }
    };
    const listening = listen().catch((error: unknown) =>
      unnoticed(
        `the notices on ${topic} are not listened to any more (${describeError(error)}): changes are found by listing alone`,
      ),
    );
    const close = async (): Promise<void> => {
      await consumer.close();
      await listening;
    };
    return { close };
  };
}
