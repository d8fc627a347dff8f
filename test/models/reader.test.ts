/**
 * What reads partitions, against brokers that answer with errors, cut their logs, compact and expire them: every record is handed out
 * once and in order, or its loss is told.
 */
import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { LeftBehind } from '../../src/kafka/cluster/prober.ts';
import { Api } from '../../src/kafka/cluster/versions.ts';
import { Reader } from '../../src/kafka/consume/reader.ts';
import fc from '../support/properties.ts';
import { brokers, type ModelCluster, topic, topicId } from './kafka/cluster.ts';
import { decodeFetchRequest, encodeFetchResponse, type FetchAnswer } from './kafka/fetch-wire.ts';
import { type Distance, fetchingCluster } from './kafka/fetching.ts';
import { KeptLog } from './kafka/kept-log.ts';
import { type ReadFate, type ReadStep, readStep, regrowingStep } from './kafka/read-steps.ts';
import { View } from './kafka/view.ts';
import { parameters } from './parameters.ts';

/** A broker that is said to have cut its log so often is not believed any more, and two spoiled answers in a row are final. */
const mostCuts = 6;
const mostSpoiled = 2;
const lookForPartitions = 1000;
const offsetOutOfRange = 1;

/** Where the brokers are, and what the reader may hold. */
interface Way extends Required<Distance> {
  readonly bufferBytes: number;
  /** Over several connections, if that is more. */
  readonly aheadBytes: number;
}

/** Frames count at least so much. */
const frameBytes = 64 * 1024;
/** On a long way so many connections read, as soon as a few batches are left. */
const ahead = { most: 8, first: 4, deepBytes: 1 };
/** Batches that are there from the start, of which a reader far away is behind. */
const backlog = 30;

class Run {
  readonly cluster: ModelCluster<KeptLog>;
  readonly #way: Way;
  readonly #reader: Reader;
  readonly #views = new Map<number, View>();
  readonly #closing = new AbortController();
  /** Partitions that were cut before what has been handed out, and nobody was told yet. */
  readonly #unseenCuts = new Set<number>();
  /**
   * Partitions of which something has been read since they were taken over. A position alone does not tell of which log it is: that this
   * is cut before it cannot be noticed by whoever has read nothing of it.
   */
  readonly #hasRead = new Set<number>();
  /** Connections to one broker that waited for an answer at the same time. */
  mostAtOnce = 0;
  #written = 0;
  #spoiled = 0;
  #failure: unknown;

  constructor(way: Way) {
    this.#way = way;
    this.cluster = fetchingCluster(2, way);
    this.#reader = new Reader({
      cluster: this.cluster.asCluster,
      ahead,
      reading: {
        topic,
        ...{ bufferBytes: way.bufferBytes, aheadBytes: way.aheadBytes },
        onGap: ({ partition: where, from, earliest }) => {
          const view = this.#view(where);
          assert.ok(from <= view.next, `${view.next} to ${from} is passed over`);
          view.gaps.push([from, earliest]);
          view.next = Math.max(view.next, earliest);
        },
        onCut: ({ partition: where, at }) => {
          const view = this.#view(where);
          assert.ok(at <= view.next, `a cut at ${at}, before which ${view.next} is to come`);
          for (const offset of view.records.keys()) if (offset >= at) view.records.delete(offset);
          view.next = at;
          this.#unseenCuts.delete(where);
        },
      },
      signal: this.#closing.signal,
    });
  }

  async begin(): Promise<void> {
    if (this.#way.roundTrip > 0)
      for (const log of this.cluster.logs)
        for (let batch = 0; batch < backlog; batch += 1)
          log.write([this.#nextKey(), this.#nextKey()], 'plain');
    const { assignment } = this.#reader;
    await assignment.open();
    assignment.add(new Map([...this.cluster.logs.keys()].map((where) => [where, 0])));
    assignment.followNewPartitions(lookForPartitions);
    void this.#read().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async take(one: ReadStep): Promise<void> {
    const { logs, faults } = this.cluster;
    const log = 'partition' in one ? logs[one.partition] : undefined;
    if (one.do === 'write')
      log?.write(
        Array.from({ length: one.count }, () => this.#nextKey()),
        one.how,
      );
    if (one.do === 'serve') this.#serve(one.broker, one.fate, one.most, one.which);
    if (one.do === 'elect') log!.elect(one.leader);
    if (one.do === 'cut' && log!.cuts < mostCuts && this.#hasRead.has(one.partition)) {
      log!.elect(one.leader, log!.end - one.records);
      if (log!.end < this.#view(one.partition).next) this.#unseenCuts.add(one.partition);
    }
    // What is written behind a cut and expires before anybody looks leaves no trace on the log.
    if (one.do === 'expire' && !this.#unseenCuts.has(one.partition)) log!.expire(one.to);
    if (one.do === 'compact') log!.compact(one.every, one.keepsEmpty);
    if (one.do === 'control') faults.push(one.fault);
    if (one.do === 'rebalance' && this.#unseenCuts.size === 0) {
      const { assignment } = this.#reader;
      this.#reader.clear();
      this.#hasRead.clear();
      await assignment.refresh(logs.length);
      assignment.add(new Map([...logs.keys()].map((where) => [where, this.#view(where).next])));
    }
    if (one.do === 'add a partition' && logs.length < 3) logs.push(new KeptLog(2));
    await this.#turn();
  }

  /** From now on brokers say what is right. */
  async settle(): Promise<void> {
    const { logs } = this.cluster;
    this.cluster.faults.length = 0;
    const isRead = () => logs.every(({ end }, where) => (this.#views.get(where)?.next ?? 0) >= end);
    // What was cut shows only when it is asked for.
    const least = 12;
    for (let round = 0; round < least || (round < 40 + this.#written && !isRead()); round += 1) {
      mock.timers.tick(lookForPartitions);
      for (let to = 0; to < brokers; to += 1)
        for (let times = this.cluster.next(to).length; times > 0; times -= 1)
          this.#serve(to, 'truth', 3, round);
      await this.#turn();
    }
    assert.ok(isRead(), 'what stands there is not read to its end');
  }

  check(): void {
    for (const [where, log] of this.cluster.logs.entries()) {
      const view = this.#view(where);
      for (const { offset, key } of log.standing())
        if (offset >= log.start)
          assert.equal(
            view.records.get(offset),
            key,
            `${where}: what stands at ${offset} was passed over in silence`,
          );
      const compacted = new Set(log.compacted.map(({ offset }) => offset));
      const standing = new Set(log.standing().map(({ offset }) => offset));
      for (const offset of view.records.keys())
        assert.ok(
          offset < log.start || compacted.has(offset) || standing.has(offset),
          `${where}: what was handed out of ${offset} is gone, and nobody was told`,
        );
      for (const { offset } of log.expired)
        assert.ok(
          view.records.has(offset) || view.hasGapAt(offset),
          `${where}: ${offset} is lost, and nobody was told`,
        );
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#reader.close();
    this.cluster.close();
    await this.#turn();
    assert.equal(this.cluster.frames.held, 0, 'all memory is given back');
  }

  #nextKey(): string {
    this.#written += 1;
    return String(this.#written);
  }

  async #read(): Promise<void> {
    for (;;) {
      const batch = await this.#reader.take(
        () => this.#closing.signal.aborted,
        () => false,
      );
      if (batch === undefined) return;
      const view = this.#view(batch.partition);
      for (const { offset, key } of batch.records) {
        assert.ok(offset >= view.next, `${offset} is handed out again`);
        view.records.set(offset, Buffer.from(key!).toString());
        view.next = offset + 1;
        this.#hasRead.add(batch.partition);
      }
      assert.ok(batch.nextOffset >= view.next);
      view.next = batch.nextOffset;
      batch.release();
    }
  }

  /** The oldest request of one of the connections to a broker meets its fate. */
  #serve(to: number, fate: ReadFate, most: number, which: number): void {
    const requests = this.cluster.next(to);
    this.mostAtOnce = Math.max(this.mostAtOnce, requests.length);
    const request = requests[which % requests.length];
    if (request === undefined) return;
    assert.equal(request.apiKey, Api.fetch);
    if (fate === 'lost' || fate === 'left behind') {
      request.breakOff(fate === 'lost' ? undefined : new LeftBehind('the line was cut'));
      return;
    }
    if (fate === 'spoiled') this.#spoiled += 1;
    const partitions = decodeFetchRequest(request.bytes);
    // Who is told so may take it for a word about the epoch, and forgets what was read: of a cut that nobody has noticed nobody hears then.
    const isOutOfRange = fate === offsetOutOfRange;
    if (isOutOfRange && partitions.some(({ partition }) => this.#unseenCuts.has(partition))) return;
    if (isOutOfRange) for (const { partition } of partitions) this.#hasRead.delete(partition);
    const answers = partitions.map((asked): FetchAnswer => {
      const truth = this.cluster.logs[asked.partition]!.answer(asked, to, most);
      if (typeof fate === 'number') return { ...truth, code: fate, records: Buffer.alloc(0) };
      const { records } = truth;
      // Responses may end within a batch.
      if (fate === 'short')
        return { ...truth, records: records.subarray(0, Math.max(0, records.length - 3)) };
      if (fate === 'spoiled' && this.#spoiled <= mostSpoiled && records.length > 0)
        records[records.length - 1]! ^= 1;
      return truth;
    });
    request.answer(encodeFetchResponse(topicId, answers));
  }

  async #turn(): Promise<void> {
    await new Promise(setImmediate);
    if (this.#failure !== undefined) throw this.#failure;
    const held = this.cluster.frames.held * frameBytes;
    const most = Math.max(this.#way.bufferBytes, this.#way.aheadBytes);
    assert.ok(held <= most, `${held} bytes are held, ${most} may be`);
  }

  #view(where: number): View {
    const view = this.#views.get(where) ?? new View();
    this.#views.set(where, view);
    return view;
  }
}

const near = fc.constant<Way>({
  roundTrip: 0,
  tellsEpochs: true,
  bufferBytes: 32 * 1024 * 1024,
  aheadBytes: 0,
});
const far = fc.record({
  roundTrip: fc.constant(50),
  tellsEpochs: fc.boolean(),
  bufferBytes: fc.integer({ min: 2, max: 24 }).map((frames) => frames * frameBytes),
  aheadBytes: fc.integer({ min: 0, max: 24 }).map((frames) => frames * frameBytes),
});

/** Plays steps until the settings are exhausted; gives how many connections waited at once, at the most. */
async function play(t: TestContext, way: fc.Arbitrary<Way>, step = readStep): Promise<number> {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_790_000_000_000 });
  t.after(() => mock.timers.reset());
  let mostAtOnce = 0;
  await fc.assert(
    fc.asyncProperty(way, fc.array(step, { maxLength: 60, size: 'max' }), async (where, steps) => {
      const run = new Run(where);
      await run.begin();
      try {
        for (const one of steps) await run.take(one);
        await run.settle();
        run.check();
      } finally {
        await run.close();
      }
      mostAtOnce = Math.max(mostAtOnce, run.mostAtOnce);
    }),
    parameters({ numRuns: 300, seed: 20 }),
  );
  return mostAtOnce;
}

test('Whatever happens to logs and answers, every record is handed out once and in order, or its loss is told', async (t) => {
  assert.equal(await play(t, near), 1);
});

test('The same over several connections far away, within the memory that is allowed', async (t) => {
  assert.ok((await play(t, far)) > 2);
});

test('A log that is cut and grows again while several connections read it is not taken for the one before', async (t) => {
  assert.ok((await play(t, far, regrowingStep)) > 1);
});
