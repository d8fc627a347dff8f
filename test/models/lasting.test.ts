/**
 * Answers that last: a broker says the same each time, whatever it is. Whoever asks ends with an error or waits before it asks
 * again, asks for no more than it needs, and is done when it is closed.
 */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Reader } from '../../src/kafka/consume/reader.ts';
import { KafkaProducer } from '../../src/kafka/produce/producer.ts';
import fc from '../support/properties.ts';
import { brokers, type ControlFault, type ModelCluster, topic, topicId } from './kafka/cluster.ts';
import { decodeFetchRequest, encodeFetchResponse, type FetchAnswer } from './kafka/fetch-wire.ts';
import { fetchingCluster } from './kafka/fetching.ts';
import type { KeptLog } from './kafka/kept-log.ts';
import { decodeProduceRequest, encodeProduceResponse } from './kafka/produce-wire.ts';
import { producingCluster } from './kafka/producing.ts';
import { parameters } from './parameters.ts';

const partitions = 2;
const rounds = 120;
/** Requests without a wait before them, beside those that records need. */
const mostAtOnce = 20;

/** What says that the client may not: it says the same of every record. */
const ofTheClient = [17, 21, 29, 31, 35, 43, 53, 76];
/** What has to end: damage that always comes, and brokers that never know their producer. */
const ending = [2, 45, 47, 59];
/** What has been appended when it is said, or may have been. */
const doubtful = [-1, 5, 7, 20, 56, 32_000];
const corrupt = 2;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function write(code: number, records: number, isAppended: boolean, tells: boolean): Promise<void> {
  const cluster = producingCluster(partitions, tells);
  const producer = new KafkaProducer(cluster.asCluster);
  const failures: Error[] = [];
  for (let id = 0; id < records; id += 1)
    producer
      .append(topic, id % partitions, { key: Buffer.from(String(id)), value: Buffer.alloc(1) })
      .catch((error: Error) => failures.push(error));
  let requests = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (let to = 0; to < brokers; to += 1) {
      const [request] = cluster.to(to);
      if (request === undefined) continue;
      requests += 1;
      const answers = decodeProduceRequest(request.bytes).map(({ topicId: id, partition, bytes }) => {
        if (isAppended) cluster.logs[partition]!.take(bytes);
        return { topicId: id, partition, code, offset: -1 };
      });
      request.answer(encodeProduceResponse(answers));
    }
    await turn();
  }
  const { pauses } = cluster;
  cluster.close();
  assert.deepEqual(cluster.wrongs, []);
  assert.ok(
    requests - pauses <= mostAtOnce + 2 * records,
    `${requests} requests in a row, ${pauses} waits: ${records} records`,
  );
  if (doubtful.includes(code)) assert.deepEqual(failures.map(String), [], 'a doubt is no refusal');
  if (ofTheClient.includes(code))
    assert.ok(requests <= 2 * partitions, `${requests} requests for what none of ${records} records may`);
  if (ofTheClient.includes(code) || ending.includes(code))
    assert.equal(failures.length, records, 'some records are sent for ever');
}

test('Whatever a broker says of each record each time, it is not sent in a storm, and ends where it can', async () => {
  const code = fc.oneof(
    fc.constantFrom(...ofTheClient, ...ending, ...doubtful),
    fc.integer({ min: 1, max: 140 }).filter((one) => one !== 46),
  );
  await fc.assert(
    fc.asyncProperty(
      code,
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      fc.boolean(),
      async (one, records, isAppended, tells) =>
        write(one, records, isAppended && doubtful.includes(one), tells),
    ),
    parameters({ numRuns: 120, seed: 12 }),
  );
});

type Fate = 'truth' | 'short' | 'spoiled' | 'names another' | number;

interface Reading {
  /** One after the other, and from the beginning again. */
  readonly fates: readonly Fate[];
  readonly control: ControlFault | undefined;
}

async function read(cluster: ModelCluster<KeptLog>, { fates, control }: Reading): Promise<void> {
  for (const log of cluster.logs) for (let at = 0; at < 4; at += 1) log.write([`${at}`], 'plain');
  const closing = new AbortController();
  const reading = { topic, onGap: () => {}, onCut: () => {} };
  const reader = new Reader({ cluster: cluster.asCluster, reading, signal: closing.signal });
  await reader.assignment.open();
  reader.assignment.add(new Map([...cluster.logs.keys()].map((where) => [where, 0])));
  let failure: unknown;
  const given: string[] = [];
  const taking = async (): Promise<void> => {
    for (;;) {
      const batch = await reader.take(
        () => closing.signal.aborted,
        () => false,
      );
      if (batch === undefined) return;
      given.push(...batch.records.map(({ offset }) => `${batch.partition}-${offset}`));
      batch.release();
    }
  };
  void taking().catch((error: unknown) => {
    failure = error;
  });
  cluster.lasting = control;
  let [requests, index] = [0, 0];
  const serve = (fateOf: () => Fate): void => {
    for (let to = 0; to < brokers; to += 1) {
      const [request] = cluster.to(to);
      if (request === undefined) continue;
      requests += 1;
      const fate = fateOf();
      const answers = decodeFetchRequest(request.bytes).map((asked): FetchAnswer => {
        const log = cluster.logs[asked.partition]!;
        // Every replica has all.
        const truth = log.answer(asked, log.leader, 1);
        if (fate === 'truth') return truth;
        const empty = { ...truth, records: Buffer.alloc(0) };
        if (typeof fate === 'number') return { ...empty, code: fate };
        if (fate === 'names another') return { ...empty, preferred: (to + 1) % brokers };
        if (fate === 'short') return { ...truth, records: truth.records.subarray(0, -3) };
        if (truth.records.length > 0) truth.records[truth.records.length - 1]! ^= 1;
        return truth;
      });
      request.answer(encodeFetchResponse(topicId, answers));
    }
  };
  for (let round = 0; round < rounds && failure === undefined; round += 1) {
    serve(() => fates[index++ % fates.length]!);
    await turn();
  }
  const isHealthy = fates.every((fate) => fate === 'truth');
  if (!isHealthy && !fates.includes('truth') && given.length === 0)
    assert.ok(
      requests - cluster.pauses <= mostAtOnce + requests / 2,
      `${requests} requests and ${cluster.pauses} waits, for nothing`,
    );
  if (control === undefined && fates.every((fate) => fate === corrupt || fate === 'spoiled'))
    assert.ok(failure !== undefined, 'what nobody can read is asked for, for ever');
  if (failure === undefined && control === undefined) {
    for (let round = 0; round < 20; round += 1) {
      serve(() => 'truth');
      await turn();
    }
    const asked = Array.from({ length: brokers }, (_, to) => cluster.to(to)).flatMap((requests) =>
      requests.flatMap(({ bytes }) => decodeFetchRequest(bytes).map(({ partition }) => partition)),
    );
    assert.equal(new Set(asked).size, asked.length, `a partition is asked for twice at once: ${asked}`);
  }
  assert.equal(new Set(given).size, given.length, 'records were given twice');
  closing.abort();
  reader.close();
  for (let round = 0; round < 5; round += 1) await turn();
  const { asked } = cluster;
  for (let round = 0; round < 10; round += 1) await turn();
  assert.ok(cluster.asked - asked <= 1, 'it asks on after it was closed');
}

test('Whatever a broker says each time it is read, it is not asked in a storm, and not after the end', async (t) => {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_790_000_000_000 });
  t.after(() => mock.timers.reset());
  const fate = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom<Fate>('truth', 'short', 'spoiled', 'names another', corrupt, 1, 3, 6, -1),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 140 }) },
  );
  const readings = fc.record({
    fates: fc.array(fate, { minLength: 1, maxLength: 3 }),
    control: fc.option(fc.constantFrom<ControlFault>('lost', 6, -1), { nil: undefined, freq: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(readings, async (reading) => {
      const cluster = fetchingCluster(partitions, {});
      try {
        await read(cluster, reading);
      } finally {
        cluster.close();
      }
    }),
    // A position that is on the partition, and is said not to be.
    { ...parameters({ numRuns: 120, seed: 22 }), examples: [[{ fates: [1], control: undefined }]] },
  );
});
