/** What is made of encoders that fail, and of sound that comes late, early, twice or never: pure, by what a viewer is promised. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoundTimeline } from '../../src/live/encode/sound-timeline.ts';
import type { SoundSample } from '../../src/live/mp4/sound-samples.ts';
import { Restarts } from '../../src/live/publish/restarts.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

const second = 48_000;
const length = 1000;
const silence: SoundSample = { trackId: 1, time: 0, duration: length, bytes: Buffer.of(0) };

/** Sound as it comes: where it begins, and how many frames are missing after so many others. */
interface Sound {
  readonly begins: number;
  readonly runs: readonly (readonly [frames: number, missing: number, shift: number])[];
  /** Frames that are asked for at a time. */
  readonly pace: number;
}

const sound: fc.Arbitrary<Sound> = fc.record({
  begins: fc.integer({ min: -3, max: 120 }),
  runs: fc.array(
    fc.tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: -450, max: 450 }),
    ),
    { minLength: 0, maxLength: 5 },
  ),
  pace: fc.integer({ min: 1, max: 24 }),
});

test('Sound has no hole from the first picture on, and all that came in time is heard once, where it belongs', () => {
  fc.assert(
    fc.property(sound, ({ begins, runs, pace }) => {
      const timeline = new SoundTimeline(second, 1, silence);
      const came: number[] = [];
      let at = begins;
      for (const [frames, missing, shift] of runs) {
        for (let count = 0; count < frames; count += 1) came.push(at++ * length + shift);
        at += missing;
      }
      const end = (Math.max(0, at) + 10) * length;
      const given: SoundSample[] = [];
      let left = [...came];
      for (let until = pace * length; until < end + pace * length; until += pace * length) {
        // A picture is never given out before the sound of its time has come, if any does.
        for (const time of left.filter((one) => one < until + length))
          timeline.add({ trackId: 2, time, duration: length, bytes: Buffer.of(1) });
        left = left.filter((one) => one >= until + length);
        given.push(...timeline.take(0, until / second, until / second));
      }
      for (const [index, { time }] of given.entries())
        assert.equal(time, index * length, 'a hole, or a frame over another');
      const heard = given.filter(({ bytes }) => bytes[0] === 1).length;
      // Two runs may overlap by less than a frame.
      const wanted = came.filter((time) => time > -length / 2).length;
      assert.ok(
        heard >= wanted - runs.length && heard <= came.length,
        `${heard} of ${wanted} frames are heard`,
      );
    }),
    parameters({ numRuns: 300, seed: 111 }),
  );
});

test('An input that always fails at one place is given up soon, and no other ever is, once it has given something', () => {
  const input = fc.record({
    isRepeated: fc.boolean(),
    canReturn: fc.boolean(),
    /** Seconds of media at which its runs end, one after the other and again. */
    places: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 4 }),
    lasted: fc.integer({ min: 10, max: 100_000 }),
  });
  fc.assert(
    fc.property(
      input,
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ places, lasted, ...options }, random) => {
        const restarts = new Restarts(options);
        let runs = 0;
        let wait: number | undefined = 0;
        for (; wait !== undefined && runs < 20; runs += 1) {
          const reached = places[runs % places.length]! + (runs % 3) * 0.1;
          wait = restarts.after({ error: new Error('it failed'), lasted, gave: true, reached }, random);
          assert.ok(wait === undefined || (wait >= 100 && wait <= 10_000), `a wait of ${wait} ms`);
        }
        const isOnePlace = new Set(places).size === 1;
        if (options.isRepeated && isOnePlace) assert.ok(runs <= 3, 'the same is published again and again');
        if (!options.isRepeated) assert.equal(wait === undefined, false, 'an outage was taken for the end');
      },
    ),
    parameters({ numRuns: 200, seed: 112 }),
  );
});
