/**
 * The downloader's checkpoint on a disk that forgets what was not made durable: wherever the power is cut, and in whatever order calls
 * come to their end, no position passes what is not there, and no file is lost or wrong.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FetchedBatch, Kafka } from '../../src/kafka/contract.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { type Fate, keepsAll, losesAll, seededFate } from '../powercut/disk-model.ts';
import { changedKafka } from '../support/faulty-kafka.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { Life, mortalKafka } from '../support/killable.ts';
import fc from '../support/properties.ts';
import { LastingCalls } from './disk/lasting-calls.ts';
import { identify, layOutSink, nothing, standing } from './disk/remains.ts';
import { parameters } from './parameters.ts';

/** A downloader that loses its power after so many calls; `keeps` nothing of what is not durable, all, or what a seed says. */
interface Attempt {
  readonly calls: number;
  readonly keeps: number;
  /** How many turns of the event loop calls wait, one after the other and again. */
  readonly waits: readonly number[];
}

interface Round {
  /** How many of the last records of which partition are gone before it begins. */
  readonly cut: readonly [partition: number, records: number] | undefined;
  readonly uploaded: readonly (readonly [path: string, size: number])[];
  readonly attempts: readonly Attempt[];
}

const round: fc.Arbitrary<Round> = fc.record({
  cut: fc.option(fc.tuple(fc.nat({ max: 1 }), fc.integer({ min: 1, max: 4 })), { nil: undefined, freq: 2 }),
  uploaded: fc.array(
    fc.tuple(
      fc.constantFrom('a', 'b', 'deep/c', 'deep/d', 'deep/er/e', 'deep/er/f'),
      fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 700, max: 3000 })),
    ),
    { minLength: 1, maxLength: 6 },
  ),
  attempts: fc.array(
    fc.record({
      calls: fc.integer({ min: 1, max: 80 }),
      keeps: fc.nat({ max: 4 }),
      waits: fc.array(fc.constantFrom(0, 0, 1, 3, 10, 30), { maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

function fateOf(keeps: number): Fate {
  if (keeps === 0) return losesAll;
  return keeps === 1 ? keepsAll : seededFate(keeps);
}

const toItsEnd: Attempt = { calls: Number.POSITIVE_INFINITY, keeps: 1, waits: [] };

/** The same client, whose readers get one record at a time, each in its turn, as answers come: a checkpoint may come between any two. */
function singly(kafka: Kafka, turn: () => Promise<void>): Kafka {
  return changedKafka(kafka, {
    async offsets(topic, at) {
      const offsets = await kafka.offsets(topic, at);
      await turn();
      return offsets;
    },
    consumer: (options) => {
      const consumer = kafka.consumer(options);
      return {
        commit: (positions) => consumer.commit(positions),
        close: () => consumer.close(),
        async *[Symbol.asyncIterator](): AsyncGenerator<FetchedBatch, void, undefined> {
          for await (const batch of consumer) {
            let left = batch.records.length;
            const release = (): void => {
              left -= 1;
              if (left <= 0) batch.release();
            };
            for (const record of batch.records) {
              await turn();
              const nextOffset = record === batch.records.at(-1) ? batch.nextOffset : record.offset + 1;
              yield { ...batch, records: [record], nextOffset, release };
            }
          }
        },
      };
    },
  });
}

class Run {
  readonly flow = new Flow({ partitions: 2 });
  readonly #place: string;
  #places = 0;
  #versions = 0;
  #found = nothing;
  /** Path -> digests of the versions that were sent. */
  readonly #sent = new Map<string, string[]>();
  /** Paths whose newest version may have been on what was cut off the log. */
  readonly #cutAway = new Set<string>();
  #wasCut = false;

  constructor(place: string) {
    this.#place = place;
  }

  async take({ cut, uploaded, attempts }: Round): Promise<void> {
    if (cut !== undefined) await this.#cut(...cut);
    for (const [path, size] of uploaded) {
      this.#versions += 1;
      const bytes = Buffer.concat([Buffer.from(`${this.#versions} `), noise(size)]);
      this.flow.source.write(path, bytes);
      this.#sent.set(path, [...(this.#sent.get(path) ?? []), md5(bytes)]);
      this.#cutAway.delete(path);
    }
    await this.flow.up({ packBelow: 300 });
    for (const attempt of attempts) await this.#download(attempt);
  }

  /** A last run, which ends well. */
  async settle(): Promise<void> {
    await this.flow.up({ packBelow: 300 });
    await this.#download(toItsEnd);
    const found = this.#standing();
    const said = [...this.flow.told('failed'), ...this.flow.told('lost'), ...this.flow.told('warning')];
    for (const [path, digests] of this.#sent)
      if (this.#cutAway.has(path))
        assert.ok(found.has(path) || said.length > 0, `${path} is lost in silence`);
      else assert.equal(found.get(path), digests.at(-1), `${path} is lost, or an older one`);
    if (!this.#wasCut) assert.deepEqual(said, []);
  }

  /** The log is cut; a downloader notices it before the log has grown again, which it could not later. */
  async #cut(partition: number, records: number): Promise<void> {
    const { cluster, topic } = this.flow;
    const kafka = cluster.client();
    await this.flow.prepare(kafka);
    const end = (await kafka.offsets(topic, 'latest')).get(partition)!;
    await kafka.close();
    cluster.cutLog(topic, partition, Math.max(0, end - records));
    this.#wasCut = true;
    for (const path of this.#sent.keys()) this.#cutAway.add(path);
    await this.#download(toItsEnd);
  }

  async #download({ calls, keeps, waits }: Attempt): Promise<void> {
    this.#places += 1;
    const root = join(this.#place, String(this.#places));
    layOutSink(this.#found, root);
    const life = new Life(calls);
    const disk = new LastingCalls({ root, life, waits, fate: fateOf(keeps) });
    const sink = await openDiskSink(root, { calls: disk, identify });
    const kafka = singly(mortalKafka(this.flow.cluster.client(), life), () => disk.turn());
    await this.flow.down({ commitInterval: 1 }, { sink, kafka }).catch((error: unknown) => {
      if (!life.isOver) throw error;
    });
    this.#found = disk.found;
    for (const [path, digest] of this.#standing())
      assert.ok(this.#sent.get(path)?.includes(digest), `${path} holds what nobody sent`);
  }

  /** Path -> digest of what stands there. */
  #standing(): ReadonlyMap<string, string> {
    const below = this.flow.uploader.length + 1;
    return new Map([...standing(this.#found)].map(([path, bytes]) => [path.slice(below), md5(bytes)]));
  }
}

test('Wherever the power is cut, what a position has passed is there, and every file arrives', async (t) => {
  const place = await temporaryFolder(t);
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 3 }), async (rounds) => {
      runs += 1;
      const run = new Run(join(place, String(runs)));
      for (const one of rounds) await run.take(one);
      await run.settle();
    }),
    parameters({ numRuns: 25, seed: 40 }),
  );
});
