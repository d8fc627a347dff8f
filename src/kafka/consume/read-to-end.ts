/** Reads a partition to the end that it has now: in one round trip where that is little. */

import { requireTopic } from '../admin/offsets.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { isAboutTopic, mayPass, NetworkFailure, NotNow } from '../cluster/failures.ts';
import { errorOf } from '../cluster/refusals.ts';
import { Api } from '../cluster/versions.ts';
import type { ConsumedRecord, Kafka } from '../contract.ts';
import { decodeFetch, encodeFetch, type FetchedPartition } from '../wire/fetch.ts';
import { FramePool } from '../wire/frame-pool.ts';
import { newCursor } from './cursor.ts';
import { decodePart } from './part.ts';

/** Asked for at once. It is little, for other small requests wait behind its answer. */
const lookBytes = 256 * 1024;
/** What compressed batches of that may become; with more a consumer goes on. */
const expandedBytes = 4 * 1024 * 1024;
/** The version that all brokers know which topics may be named to by their ids (KIP-516). */
const apiVersion = 13;

/** {@link Kafka.readToEnd} by what every client has. */
export async function readByConsumer(
  kafka: Pick<Kafka, 'offsets' | 'consumer'>,
  topic: string,
  partition: number,
  from: number,
  each: (record: ConsumedRecord) => void,
  end?: number,
): Promise<number> {
  const [earliest, latest] = await Promise.all([
    kafka.offsets(topic, 'earliest'),
    end === undefined ? kafka.offsets(topic, 'latest') : new Map([[partition, end]]),
  ]);
  const begin = Math.max(from, earliest.get(partition) ?? 0);
  const until = latest.get(partition) ?? 0;
  if (begin >= until) return until;
  const consumer = kafka.consumer({
    topic,
    from: new Map([[partition, begin]]),
    until: new Map([[partition, until]]),
    onGap: () => {},
  });
  for await (const batch of consumer) {
    for (const record of batch.records) each(record);
    batch.release();
  }
  return until;
}

/** {@link Kafka.readToEnd}; `kafka` reads what is more than little, or not as it should be. */
export async function readToEnd(
  cluster: Cluster,
  kafka: Pick<Kafka, 'offsets' | 'consumer'>,
  topic: string,
  partition: number,
  from: number,
  each: (record: ConsumedRecord) => void,
): Promise<number> {
  const what = `read ${topic}-${partition}`;
  let failedAt: number | undefined;
  const look = await cluster.retry(what, async () => {
    try {
      return await lookAt(cluster, topic, partition, from, failedAt);
    } catch (error) {
      failedAt = performance.now();
      // Fresh metadata tells what that means.
      throw isAboutTopic(error) && cluster.knownTopic(topic) !== undefined && !mayPass(error)
        ? new NetworkFailure((error as Error).message, { cause: error })
        : error;
    }
  });
  if (look === undefined) return readByConsumer(kafka, topic, partition, from, each);
  const { bytes, fetched } = look;
  const pool = new FramePool(expandedBytes);
  const cursor = newCursor(partition, from, fetched.highWatermark, cluster.backoff(what));
  const frame = { bytes, release: () => {} };
  let next = from;
  for (let start: number | undefined = fetched.start; start !== undefined; ) {
    const part = { cursor, generation: 0, from: next, frame, fetched: { ...fetched, start } };
    const { records, nextOffset, rest, error, free } = await decodePart(part, topic, expandedBytes, pool);
    for (const record of records) each(record);
    free();
    next = nextOffset;
    // It is fetched again, by whoever owns that.
    start = error === undefined ? rest : undefined;
  }
  return next >= fetched.highWatermark
    ? fetched.highWatermark
    : readByConsumer(kafka, topic, partition, next, each, fetched.highWatermark);
}

/** Undefined: there is no such offset, another replica is to be asked, or a quota lets nothing through now. Does not retry. */
async function lookAt(
  cluster: Cluster,
  name: string,
  partition: number,
  offset: number,
  failedAt: number | undefined,
): Promise<{ readonly bytes: Buffer; readonly fetched: FetchedPartition } | undefined> {
  const known = failedAt === undefined ? cluster.knownTopic(name) : undefined;
  const topic = known ?? (await requireTopic(cluster, name));
  const { leader, leaderEpoch } = topic.partitions[partition] ?? { leader: -1, leaderEpoch: -1 };
  const what = `read ${name}-${partition}`;
  if (leader < 0) throw new NotNow(Code.leaderNotAvailable, what);
  const connection = await cluster.connection(leader);
  const request = {
    topicId: topic.id,
    entries: [{ partition, leaderEpoch, offset, lastFetchedEpoch: -1 }],
    maxWait: 0,
    maxBytes: lookBytes,
    partitionMaxBytes: lookBytes,
    rack: '',
  };
  const pieces = encodeFetch(request, apiVersion);
  const { bytes } = await connection.exchange({ apiKey: Api.fetch, apiVersion, pieces, hasTags: true });
  const response = decodeFetch(bytes);
  connection.throttle(response.throttleMs);
  if (response.errorCode !== 0) throw errorOf('fetch', response.errorCode, what);
  const fetched = response.partitions.find((one) => one.partition === partition);
  if (fetched === undefined && response.throttleMs > 0) return undefined;
  if (fetched === undefined) throw new NetworkFailure(`Could not ${what}: the answer says nothing of it`);
  if (fetched.errorCode === Code.offsetOutOfRange || fetched.preferredReplica >= 0) return undefined;
  if (fetched.errorCode !== 0) throw errorOf('fetch', fetched.errorCode, what, null, { topic: name });
  return { bytes, fetched };
}
