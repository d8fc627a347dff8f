/** The judge: whoever shows nothing, or the wrong thing, or asks too much, does not play. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Expected, judge, type Watched } from './judge.ts';
import type { Sight } from './picture/sight.ts';

const expected: Expected = { rate: 30, has: () => true, aspect: 16 / 9 };

/** As seen by a player that shows every picture for 12 s. */
function sights(change: (sight: Sight, index: number) => Sight | undefined = (sight) => sight): Sight[] {
  return Array.from({ length: 360 }, (_, index) => ({
    number: 100 + index,
    isTrue: true,
    aspect: 16 / 9,
    at: 5000 + (index * 1000) / 30,
  })).flatMap((sight, index) => change(sight, index) ?? []);
}

function watched(more: Partial<Watched> = {}): Watched {
  return { sights: sights(), seconds: 12, asked: 30, refused: 0, lasted: 15, ...more };
}

test('who shows all pictures and asks little plays', () => {
  assert.deepEqual(judge(watched(), expected, 10), []);
  assert.deepEqual(judge(watched({ asked: 300 }), expected, 10), []);
  assert.deepEqual(judge(watched({ asked: 20, lasted: 1 }), expected, 1), [], 'the beginning is free');
  assert.deepEqual(judge(watched(), expected, undefined), []);
});

const failing: readonly (readonly [
  what: string,
  watched: Watched,
  fault: RegExp,
  more?: Partial<Expected>,
])[] = [
  ['nothing', watched({ sights: [], seconds: 0 }), /^shows nothing$/],
  ['too many requests', watched({ asked: 301 }), /^asks 20\.1 times a second, hls\.js 10\.0$/],
  ['an end', watched({ ended: 'exit code 1: no' }), /^ended by itself: exit code 1: no$/],
  [
    'pictures that nobody can read',
    watched({ sights: sights((sight) => ({ ...sight, number: undefined })) }),
    /^no picture can be read$/,
  ],
  [
    'one picture',
    watched({ sights: sights((sight) => ({ ...sight, number: 100 })) }),
    /^1 different pictures in all; shows 0 % of the time that goes by$/,
  ],
  [
    'every second picture',
    watched({ sights: sights((sight, index) => (index % 2 === 0 ? sight : undefined)) }),
    /^shows 50 % of the pictures/,
  ],
  ['half the pace', watched({ sights: sights().slice(0, 180) }), /^shows 50 % of the time that goes by$/],
  [
    'a long stop',
    watched({
      sights: sights((sight, index) => ({ ...sight, at: sight.at + (index < 180 ? 0 : 5000) })),
      seconds: 17,
    }),
    /^one picture stands for 5\.0 s$/,
  ],
  [
    'a circle',
    watched({
      sights: sights((sight, index) => ({ ...sight, number: index < 180 ? 100 + index : 70 + index })),
    }),
    /^goes back 1 times$/,
  ],
  [
    'another shape',
    watched({ sights: sights((sight) => ({ ...sight, aspect: 4 / 3 })) }),
    /^shape 1\.33, not 1\.78$/,
  ],
  [
    'other colours',
    watched({ sights: sights((sight) => ({ ...sight, isTrue: false })) }),
    /^0 % with the right colours/,
  ],
  ['nothing behind the event', watched(), /^was not there before and behind/, { event: 500 }],
  ['nothing before the event', watched(), /^was not there before and behind/, { event: 50 }],
];

for (const [what, seen, fault, more] of failing) {
  test(`${what}: does not play`, () =>
    assert.match(judge(seen, { ...expected, ...more }, 10).join('; '), fault));
}

test('what the input itself lacks is not asked for', () => {
  const half = watched({ sights: sights((sight, index) => (index % 2 === 0 ? sight : undefined)) });
  assert.deepEqual(judge(half, { ...expected, has: (number) => number % 2 === 0 }, 10), []);
  assert.deepEqual(judge(half, { ...expected, whole: 0.5 }, 10), []);
  const paused = watched({
    sights: sights((sight, index) => ({ ...sight, at: sight.at + (index < 180 ? 0 : 5000) })),
    seconds: 17,
  });
  assert.notDeepEqual(judge(paused, expected, 10), []);
  assert.deepEqual(judge(paused, { ...expected, pause: 4, event: 200 }, 10), []);
});
