import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaChunk, MediaEvent } from '../media.ts';
import { withoutSlowStart } from './slow-start.ts';

function chunk(index: number, readAt: number): MediaChunk {
  return {
    type: 'chunk',
    rendition: 'main',
    bytes: Buffer.of(index),
    keyframe: index % 5 === 0,
    timescale: 1000,
    time: index * 200,
    duration: 200,
    readAt,
  };
}

const init: MediaEvent = {
  type: 'init',
  rendition: 'main',
  bytes: Buffer.of(),
  facts: {
    codecs: 'avc1.42c00d',
    width: 320,
    height: 180,
    frameRate: 30_000,
    bandwidth: 1,
    averageBandwidth: 1,
  },
};

/** What comes out, and how many had gone in when the first chunk did. */
async function pass(given: readonly MediaEvent[]): Promise<{ out: MediaEvent[]; taken: number }> {
  let [before, taken] = [0, 0];
  async function* source(): AsyncGenerator<MediaEvent> {
    for (const event of given) {
      taken += 1;
      yield event;
    }
  }
  const out: MediaEvent[] = [];
  for await (const event of withoutSlowStart(source())) {
    if (event.type === 'chunk' && before === 0) before = taken;
    out.push(event);
  }
  return { out, taken: before };
}

const readings = (events: readonly MediaEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'chunk' ? [event.readAt] : []));

test('A start in real time changes nothing, and is held back for two parts', async () => {
  const given = [init, ...[0, 1, 2, 3, 4].map((index) => chunk(index, 5000 + index * 200))];
  const { out, taken } = await pass([...given, { type: 'end' }]);
  assert.deepEqual(out, [...given, { type: 'end' }]);
  assert.ok(taken <= 5, `${taken}`);
});

test('The chunks of a late start were read when they would have been', async () => {
  // Two seconds of start; what had come meanwhile follows at once, and then it goes on in real time.
  const late = (index: number): number => Math.max(7000 + index * 10, 5000 + index * 200);
  const given = Array.from({ length: 20 }, (_, index) => chunk(index, late(index)));
  const { out } = await pass([init, ...given, { type: 'end' }]);
  assert.equal(out.length, 22);
  const expected = given.map((_, index) => 5000 + index * 200);
  assert.deepEqual(readings(out).slice(0, 13), expected.slice(0, 13));
  assert.deepEqual(
    readings(out).slice(13),
    given.slice(13).map(({ readAt }) => readAt),
  );
});

test('An input that ends, fails or falls silent at once loses nothing', async () => {
  const error = new Error('no more');
  assert.deepEqual((await pass([{ type: 'end', error }])).out, [{ type: 'end', error }]);
  assert.deepEqual((await pass([init, chunk(0, 1), { type: 'end' }])).out.length, 3);
  const silence = Promise.withResolvers<void>();
  async function* silent(): AsyncGenerator<MediaEvent> {
    yield chunk(0, 1);
    await silence.promise;
  }
  const iterator = withoutSlowStart(silent());
  assert.deepEqual((await iterator.next()).value, chunk(0, 1));
  silence.resolve();
  assert.equal((await iterator.next()).done, true);
});
