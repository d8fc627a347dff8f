import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaChunk } from '../../media.ts';
import { HeldChunks } from './held-chunks.ts';

/** A chunk of 10 bytes that lasts 0.2 s; a keyframe each second. */
function chunkAt(seconds: number, rendition = 'main', timescale = 1000): MediaChunk {
  return {
    type: 'chunk',
    rendition,
    bytes: Buffer.alloc(10),
    keyframe: Number.isInteger(seconds),
    timescale,
    time: Math.round(seconds * timescale),
    duration: timescale / 5,
    readAt: 0,
  };
}

function held(from: number, count: number, most = 1e6): HeldChunks {
  const chunks = new HeldChunks('main', most);
  for (let index = 0; index < count; index++) chunks.push(chunkAt(from + index / 5));
  return chunks;
}

const times = (chunks: readonly MediaChunk[] | undefined) =>
  chunks?.map(({ time, timescale }) => time / timescale);

test('What is taken begins with the first keyframe at or behind a time, and is not held any more', () => {
  const chunks = held(0, 12);
  assert.equal(chunks.takeFrom(2.01), undefined);
  assert.equal(chunks.bytes, 120);
  assert.deepEqual(times(chunks.takeFrom(1)), [1, 1.2, 1.4, 1.6, 1.8, 2, 2.2]);
  assert.equal(chunks.bytes, 0);
  assert.equal(chunks.takeFrom(), undefined);
  assert.deepEqual(times(held(0.6, 4).takeFrom()), [1, 1.2]);
});

test('What nobody will ask for goes', () => {
  const chunks = held(0, 12);
  chunks.forgetBefore(0.5);
  assert.equal(chunks.bytes, 70);
  chunks.forgetBefore(2);
  assert.equal(chunks.bytes, 20);
  // No keyframe is late enough: what may belong to the next one stays.
  chunks.forgetBefore(2.25);
  assert.equal(chunks.bytes, 10);
  chunks.forgetBefore(3);
  assert.equal(chunks.bytes, 0);
});

test('There are never more bytes than are allowed: the oldest keyframe goes first', () => {
  const chunks = held(0, 12, 115);
  assert.deepEqual(times(chunks.takeFrom())?.[0], 1);
  assert.equal(held(0, 5, 45).bytes, 0);
});

test('Renditions begin together, whichever came first, and however their times are rounded', () => {
  const chunks = new HeldChunks('main', 1e6);
  for (const seconds of [0.8, 1, 1.2]) {
    chunks.push(chunkAt(seconds, 'small', 15_360));
    if (seconds < 1.2) chunks.push(chunkAt(seconds));
  }
  const taken = chunks.takeFrom(0.9) ?? [];
  assert.deepEqual(
    taken.map(({ rendition, time, timescale }) => [rendition, time / timescale]),
    [
      ['small', 1],
      ['main', 1],
      ['small', 1.2],
    ],
  );
});
