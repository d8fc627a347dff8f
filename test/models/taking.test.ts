/**
 * What an uploader finds to send, on clocks that only the model moves: files that come, change, rest and vanish, and a source that goes
 * away. Nobody is offered more than there is room for, all that came to rest is, and a run with an end has one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { IncompleteError } from '../../src/errors.ts';
import { Awaited } from '../../src/files/find/awaited.ts';
import { Intake } from '../../src/files/find/intake.ts';
import type { Source } from '../../src/stores/contract.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

interface Scene {
  readonly files: number;
  /** Files that may be under way at a time. */
  readonly room: number;
  readonly minAge: number;
  /** Half seconds that the sending of a file takes. */
  readonly takes: number;
  /** Half seconds after which the source goes away, and for how many; undefined: it stays. */
  readonly away: readonly [at: number, lasts: number] | undefined;
  /** Which file is written to again at which half second. */
  readonly writes: readonly (readonly [at: number, file: number])[];
}

const forEver = 1e9;
const scene: fc.Arbitrary<Scene> = fc.record({
  files: fc.integer({ min: 0, max: 60 }),
  room: fc.integer({ min: 1, max: 20 }),
  minAge: fc.constantFrom(0, 0, 1000, 5000),
  takes: fc.integer({ min: 0, max: 3 }),
  away: fc.option(fc.tuple(fc.nat({ max: 10 }), fc.constantFrom(1, 20, 60, forEver)), { nil: undefined }),
  writes: fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 60 })), { maxLength: 5 }),
});

/** Milliseconds after which a run with an end has ended, whatever happened before: it waits a minute for a source, and one for files. */
const longest = 5 * 60_000;
const tick = 500;

test('Nobody is offered more than there is room for, all that rests is, and a run with an end has one', async (t) => {
  const begin = performance.now();
  let passed = 0;
  t.mock.method(performance, 'now', () => begin + passed);
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_800_000_000_000 });
  await fc.assert(
    fc.asyncProperty(scene, async ({ files, room, minAge, takes, away, writes }) => {
      passed = 0;
      const source = new MemorySource();
      for (let file = 0; file < files; file += 1) source.write(`f${file}`, Buffer.from('a'));
      let round = 0;
      const isAway = () => away !== undefined && round >= away[0] && round < away[0] + away[1];
      const gone = <Result>(work: () => Result): Result => {
        if (isAway()) throw systemError('ENOENT', 'no such folder');
        return work();
      };
      const failing: Source = Object.assign(Object.create(source) as Source, {
        list: (...of: Parameters<Source['list']>) => gone(() => source.list(...of)),
        look: async (path: string) => gone(() => source.look(path)),
      });
      const offered = new Set<string>();
      const underWay = new Map<string, number>();
      let most = 0;
      const intake = new Intake({
        source: failing,
        selection: { file: () => true, folder: () => true },
        minAge,
        scanInterval: 10_000,
        once: true,
        signal: new AbortController().signal,
        known: ({ path }) => offered.has(path) && !underWay.has(path),
        hasRoom: () => underWay.size < room,
        offer: ({ path }) => {
          offered.add(path);
          underWay.set(path, round + takes);
          most = Math.max(most, underWay.size);
        },
        refuse: (path) => void offered.add(path),
        settled: () => {},
        vanished: () => {},
        walked: () => {},
        onEvent: () => {},
      });
      let failure: unknown;
      let isOver = false;
      const running = intake.run().then(
        () => {
          isOver = true;
        },
        (error: unknown) => {
          failure = error;
          isOver = true;
        },
      );
      for (; !isOver && passed < longest; passed += tick, round += 1) {
        for (const [at, file] of writes)
          if (at === round && file < files) source.write(`f${file}`, Buffer.from('b'));
        for (let turn = 0; turn < 4; turn += 1) await setImmediate();
        for (const [path, until] of underWay) {
          if (until > round) continue;
          underWay.delete(path);
          intake.done(path);
        }
        t.mock.timers.tick(tick);
      }
      assert.ok(isOver, `it goes on after ${passed / 1000} s`);
      await running;
      if (failure !== undefined) {
        assert.ok(failure instanceof IncompleteError, String(failure));
        assert.ok(away !== undefined && away[1] > 100, 'the source was away for a moment, and it gave up');
        return;
      }
      assert.equal(offered.size, files, 'not all that rests was offered');
      // What was seen and came to rest is offered as it does, and a walk stops where it is.
      if (minAge === 0) assert.ok(most <= room, `${most} at a time, and there is room for ${room}`);
    }),
    parameters({ numRuns: 40, seed: 121 }),
  );
});

test('What is to be looked at is kept until it was, and nothing of it longer', () => {
  type Step =
    | { readonly do: 'notice'; readonly path: string; readonly wait: number }
    | { readonly do: 'forget'; readonly path: string; readonly wait: number }
    /** Those that are due are looked at; of which so many come to rest, vanish, or have to wait on. */
    | { readonly do: 'look'; readonly again: readonly boolean[]; readonly wait: number };
  const path = fc.constantFrom('a', 'b', 'c', 'd');
  const wait = fc.integer({ min: 0, max: 30 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ do: fc.constant('notice' as const), path, wait }),
    fc.record({ do: fc.constant('forget' as const), path, wait }),
    fc.record({
      do: fc.constant('look' as const),
      again: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      wait,
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const awaited = new Awaited();
      /** Path -> when it is due, and since when it has not come to rest. */
      const model = new Map<string, { at: number; since: number | undefined }>();
      let now = 0;
      for (const one of steps) {
        now += one.wait;
        if (one.do === 'notice') {
          awaited.notice(one.path, now + 10);
          if (!model.has(one.path)) model.set(one.path, { at: now + 10, since: undefined });
        } else if (one.do === 'forget') {
          awaited.forget(one.path);
          model.delete(one.path);
        } else {
          const due = awaited.takeDue(now);
          const expected = [...model].filter(([, { at }]) => at <= now).map(([name]) => name);
          assert.deepEqual(due.toSorted(), expected.toSorted());
          for (const [index, name] of due.entries()) {
            const { since } = model.get(name)!;
            model.delete(name);
            // Whoever vanished is put back by nobody.
            if (one.again[index % 4] !== true) continue;
            assert.equal(
              awaited.rest(name, now + 20, now),
              since ?? now,
              `${name} has not rested for another time`,
            );
            model.set(name, { at: now + 20, since: since ?? now });
          }
        }
        assert.equal(awaited.size, model.size);
        assert.equal(awaited.seen, [...model.values()].filter(({ since }) => since !== undefined).length);
      }
      // A new file under a name that was seen once, and vanished.
      now += 100;
      for (const name of awaited.takeDue(now)) void name;
      awaited.takeDue(now + 1);
      for (const name of ['a', 'b', 'c', 'd'])
        assert.equal(
          awaited.rest(name, now + 20, now + 2),
          now + 2,
          `${name} is remembered though it vanished`,
        );
    }),
    parameters({ numRuns: 300, seed: 122 }),
  );
});
