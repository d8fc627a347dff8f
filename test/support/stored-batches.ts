/** What a broker has stored, batch by batch, as it would give it to any consumer. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Connection } from '../../src/kafka/cluster/connection.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { type BatchHead, readBatchHead } from '../../src/kafka/wire/batch-decode.ts';
import { decodeFetch, encodeFetch } from '../../src/kafka/wire/fetch.ts';

const fetchApi = 1;
const fetchVersion = 13;
const manyBytes = 100 * 1024 * 1024;

/** The heads of the batches of a topic's first partition, on a cluster of one broker. */
export async function storedBatches(
  t: TestContext,
  kafka: Kafka,
  bootstrapServers: string,
  topic: string,
): Promise<BatchHead[]> {
  const [host, port] = bootstrapServers.split(':');
  const connection = await Connection.open({
    address: { host: host!, port: Number(port) },
    tls: undefined,
    clientId: 'witness',
    connectTimeout: 60_000,
    requestTimeout: 60_000,
  });
  t.after(() => connection.close());
  const { id: topicId } = (await kafka.describeTopic(topic))!;
  const end = (await kafka.offsets(topic, 'latest')).get(0)!;
  const heads: BatchHead[] = [];
  for (let offset = 0; offset < end; offset = heads.at(-1)!.nextOffset) {
    const request = {
      topicId,
      entries: [{ partition: 0, leaderEpoch: -1, lastFetchedEpoch: -1, offset }],
      maxWait: 500,
      maxBytes: manyBytes,
      partitionMaxBytes: manyBytes,
      rack: '',
    };
    const pieces = encodeFetch(request, fetchVersion);
    const asked = { apiKey: fetchApi, apiVersion: fetchVersion, pieces, hasTags: true };
    const frame = await connection.exchange(asked);
    const [fetched] = decodeFetch(frame.bytes).partitions;
    assert.equal(fetched?.errorCode, 0);
    const before = heads.length;
    let at = fetched!.start;
    for (let head = readBatchHead(frame.bytes, at, fetched!.end); head; ) {
      heads.push(head);
      at = head.end;
      head = readBatchHead(frame.bytes, at, fetched!.end);
    }
    assert.ok(heads.length > before, `no batch stands at offset ${offset}`);
  }
  return heads;
}
