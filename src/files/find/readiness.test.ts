import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { Readiness, type ReadinessOptions, type Verdict } from './readiness.ts';

const wall = 1_790_000_000_000;

/** A file last written so many milliseconds before `wall`. */
function file(age: number, changes: Partial<SourceFile> = {}): SourceFile {
  const mtime = String(BigInt(wall - age) * 1_000_000n);
  return { path: 'a', size: 10, mtime, ctime: mtime, inode: '1', mode: 0o644, ...changes };
}

/** Verdicts of looks at these steady times (the wall clock runs alike unless `skew` says otherwise). */
function judge(
  options: ReadinessOptions,
  looks: readonly [steady: number, seen: SourceFile][],
  skew = 0,
): Verdict[] {
  const readiness = new Readiness(options);
  return looks.map(([steady, seen]) => readiness.judge(seen, { wall: wall + steady + skew, steady }));
}

const take = { take: true } as const;

test('Without an age limit every file is taken as it stands', () => {
  assert.deepEqual(judge({ minAge: 0 }, [[0, file(0)]]), [take]);
  assert.deepEqual(judge({ minAge: 0 }, [[0, file(-5000)]]), [take]);
});

test('An old file is taken at the second look, half a second later', () => {
  const seen = file(60_000);
  assert.deepEqual(
    judge({ minAge: 5000 }, [
      [0, seen],
      [499, seen],
      [500, seen],
    ]),
    [{ later: 500 }, { later: 500 }, take],
  );
});

test('A fresh file is taken when it has rested', () => {
  const seen = file(0);
  assert.deepEqual(
    judge({ minAge: 5000 }, [
      [0, seen],
      [4999, seen],
      [5000, seen],
    ]),
    [{ later: 5000 }, { later: 5000 }, take],
  );
  const older = file(2000);
  assert.deepEqual(
    judge({ minAge: 5000 }, [
      [0, older],
      [3000, older],
    ]),
    [{ later: 3000 }, take],
  );
});

test('Whatever changes between two looks begins the wait anew', () => {
  const first = file(60_000);
  for (const changes of [
    { size: 11 },
    { mtime: `${first.mtime.slice(0, -1)}1` },
    { ctime: '5' },
    { inode: '2' },
  ]) {
    const second = file(60_000, changes);
    assert.deepEqual(
      judge({ minAge: 5000 }, [
        [0, first],
        [500, second],
        [900, second],
        [1000, second],
      ]),
      [{ later: 500 }, { later: 1000 }, { later: 1000 }, take],
    );
  }
});

test('A mode that changes does not: the content is the same', () => {
  const first = file(60_000);
  assert.deepEqual(
    judge({ minAge: 5000 }, [
      [0, first],
      [500, { ...first, mode: 0o600 }],
    ]),
    [{ later: 500 }, take],
  );
});

test('A file from the future is taken when nothing has changed for the age limit by our own clock', () => {
  const seen = file(-86_400_000);
  assert.deepEqual(
    judge({ minAge: 5000 }, [
      [0, seen],
      [4999, seen],
      [5000, seen],
    ]),
    [{ later: 5000 }, { later: 5000 }, take],
  );
});

test('A wall clock that is a day off, either way, holds nothing up for longer than the age limit', () => {
  for (const skew of [-86_400_000, 86_400_000]) {
    const verdicts = judge(
      { minAge: 5000 },
      [
        [0, file(0)],
        [5000, file(0)],
      ],
      skew,
    );
    assert.deepEqual(verdicts[1], take);
  }
});

test('Files older than the limit are left out', () => {
  assert.deepEqual(judge({ minAge: 0, maxAge: 1000 }, [[0, file(1001)]]), [{ tooOld: true }]);
  assert.deepEqual(judge({ minAge: 0, maxAge: 1000 }, [[0, file(1000)]]), [take]);
});

test('A file that is gone and comes again is looked at twice again', () => {
  const readiness = new Readiness({ minAge: 5000 });
  const seen = file(60_000);
  const at = (steady: number) => ({ wall: wall + steady, steady });
  readiness.judge(seen, at(0));
  readiness.forget('a');
  assert.deepEqual(readiness.judge(seen, at(600)), { later: 1100 });
});

test('Looked at when it asks to be, a file that rests is taken at the second or third look', () => {
  const ages = fc.integer({ min: -10_000, max: 20_000 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), ages, (minAge, age) => {
      const readiness = new Readiness({ minAge });
      const seen = file(age);
      let steady = 0;
      for (let looks = 1; ; looks++) {
        const verdict = readiness.judge(seen, { wall: wall + steady, steady });
        if ('take' in verdict) {
          assert.ok(looks <= 3 && steady <= Math.max(minAge, 500));
          assert.ok(age + steady >= minAge || steady >= minAge);
          return;
        }
        assert.ok('later' in verdict && verdict.later > steady);
        steady = verdict.later;
      }
    }),
    { numRuns: 500 },
  );
});
