/** What a bucket tells of its changes on a topic of Kafka: hints for whoever looks, beside the listings that find everything. */
import { ConfigurationError, describeError } from '../../errors.ts';
import { type Kafka, KafkaError } from '../../kafka/contract.ts';
import { noticeReaderAt } from '../../stores/open.ts';
import { parsePlace } from '../../stores/place.ts';
import type { UploadOptions } from '../shared/options.ts';

/** Bytes of notices that are fetched ahead. */
const aheadBytes = 1024 * 1024;

/** Paths that a record speaks of; undefined when it is no notice. */
type NoticeReader = (text: string) => readonly string[] | undefined;

/** Calls `hint` with what is noticed. `unnoticed` is told, once for each reason, why something is not. */
export type Notices = (
  hint: (path: string) => void,
  unnoticed: (message: string) => void,
) => Promise<{ close(): Promise<void> }>;

/** Notices of all buckets that an upload is from. Rejects with ConfigurationError where one of its places is none that tells. */
export async function noticesOf(kafka: Kafka, topic: string, from: UploadOptions['from']): Promise<Notices> {
  if (typeof from === 'string') return noticesOn(kafka, topic, await readerAt(from));
  const readers = await Promise.all(
    Object.entries(from).map(async ([name, place]) => [name, await readerAt(place)] as const),
  );
  return noticesOn(kafka, topic, (text) => {
    const read = readers.map(([name, reader]) => reader(text)?.map((path) => `${name}/${path}`));
    return read.includes(undefined) ? undefined : read.flatMap((paths) => paths ?? []);
  });
}

async function readerAt(place: string): Promise<NoticeReader> {
  const reader = await noticeReaderAt(parsePlace(place));
  if (reader !== undefined) return reader;
  throw new ConfigurationError(
    `--notifications is of buckets of s3://, and ${place} is none: its changes are found without`,
  );
}

/**
 * Listens from now on: what was told before, a listing has found. Rejects with ConfigurationError where there is no such topic, and with
 * KafkaError where it may not be read.
 */
function noticesOn(kafka: Kafka, topic: string, read: NoticeReader): Notices {
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
