import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, madeFragment, madeInit } from '../../../test/support/boxes.ts';
import { requiredBox } from '../mp4/box.ts';
import { readMovie } from '../mp4/movie.ts';
import { fragmentsIn } from '../mp4/retime.ts';
import { type Chunk, Feed } from './feed.ts';

const init = madeInit(avcTrack(), aacTrack());
const movie = readMovie(requiredBox(init, 'moov'));

/** A second of picture, that begins at `second` of its own epoch. */
function chunk(second: number, keyframe = true): Chunk {
  const bytes = madeFragment({ id: 1, time: second * 15_360, samples: 30, duration: 512, size: 3 });
  const record = { keyframe, chunk: 0, duration: 15_360, timescale: 15_360 };
  return { type: 'chunk', record, bytes, offset: 0 } as unknown as Chunk;
}

/** Seconds at which what comes begins. */
async function times(feed: Feed): Promise<number[]> {
  const all: number[] = [];
  for await (const bytes of feed) {
    if (bytes !== init) all.push((fragmentsIn(bytes, movie)[0]?.time ?? Number.NaN) / 15_360);
  }
  return all;
}

test('it begins at a keyframe and at 0, and goes on over a cut, whatever the times behind it', async () => {
  const feed = new Feed(init);
  const before = chunk(100);
  feed.push(chunk(99, false));
  feed.push(before);
  feed.push(chunk(101, false));
  feed.cut();
  feed.push(chunk(3));
  assert.equal(await feed.begun(), true);
  feed.close();
  assert.deepEqual(await times(feed), [0, 1, 2]);
  // Others are fed with the same chunk.
  assert.equal(fragmentsIn(before.bytes, movie)[0]?.time, 100 * 15_360);
});

test('what is not taken is forgotten, and it goes on at a keyframe without a hole', async () => {
  const feed = new Feed(init, { bytes: 1e6, seconds: 2 });
  for (let second = 0; second < 4; second += 1) feed.push(chunk(second));
  assert.equal(feed.dropped, 1);
  feed.push(chunk(4, false));
  feed.close();
  assert.deepEqual(await times(feed), [0, 1]);
});

test('a feed that is closed before it has begun gives nothing', async () => {
  const feed = new Feed(init);
  const begun = feed.begun();
  feed.close();
  assert.equal(await begun, false);
  assert.ok(feed.suits(init) && !feed.suits(madeInit(avcTrack())));
});
