/**
 * What reads partitions, against brokers that answer with errors, cut their logs, compact and expire them: every record is handed out
 * once and in order, or its loss is told.
 */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { Api } from '../../src/kafka/cluster/versions.ts';
import { Reader } from '../../src/kafka/consume/reader.ts';
import { brokers, type ModelCluster, topic, topicId } from './kafka/cluster.ts';
import { decodeFetchRequest, encodeFetchResponse, type FetchAnswer } from './kafka/fetch-wire.ts';
import { fetchingCluster } from './kafka/fetching.ts';
import { KeptLog } from './kafka/kept-log.ts';
import { type ReadFate, type ReadStep, readStep } from './kafka/read-steps.ts';

/** What was handed out of a partition, and what is to come next. */
class View {
  readonly records = new Map<number, string>();
  readonly gaps: (readonly [from: number, to: number])[] = [];
  next = 0;

  hasGapAt(offset: number): boolean {
    return this.gaps.some(([from, to]) => from <= offset && offset < to);
  }
}

/** A broker that is said to have cut its log so often is not believed any more, and two spoiled answers in a row are final. */
const mostCuts = 6;
const mostSpoiled = 2;
const lookForPartitions = 1000;

class Run {
  readonly cluster: ModelCluster<KeptLog> = fetchingCluster(2);
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
  #written = 0;
  #spoiled = 0;
  #failure: unknown;

  constructor() {
    this.#reader = new Reader({
      cluster: this.cluster.asCluster,
      reading: {
        topic,
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
    if (one.do === 'serve') this.#serve(one.broker, one.fate, one.most);
    if (one.do === 'elect') log!.elect(one.leader);
    if (one.do === 'cut' && log!.cuts < mostCuts && this.#hasRead.has(one.partition)) {
      log!.elect(one.leader, log!.end - one.records);
      if (log!.end < this.#view(one.partition).next) this.#unseenCuts.add(one.partition);
    }
    if (one.do === 'expire') log!.expire(one.to);
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
      for (let to = 0; to < brokers; to += 1) this.#serve(to, 'truth', 3);
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

  close(): void {
    this.#closing.abort();
    this.#reader.close();
    this.cluster.close();
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

  /** The oldest request to a broker meets its fate. */
  #serve(to: number, fate: ReadFate, most: number): void {
    const [request] = this.cluster.to(to);
    if (request === undefined) return;
    assert.equal(request.apiKey, Api.fetch);
    if (fate === 'lost') {
      request.breakOff();
      return;
    }
    if (fate === 'spoiled') this.#spoiled += 1;
    const answers = decodeFetchRequest(request.bytes).map((asked): FetchAnswer => {
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
  }

  #view(where: number): View {
    const view = this.#views.get(where) ?? new View();
    this.#views.set(where, view);
    return view;
  }
}

test('Whatever happens to logs and answers, every record is handed out once and in order, or its loss is told', async (t) => {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_790_000_000_000 });
  t.after(() => mock.timers.reset());
  await fc.assert(
    fc.asyncProperty(fc.array(readStep, { maxLength: 60, size: 'max' }), async (steps) => {
      const run = new Run();
      await run.begin();
      try {
        for (const one of steps) await run.take(one);
        await run.settle();
        run.check();
      } finally {
        run.close();
      }
    }),
    { numRuns: 300, seed: 20 },
  );
});
