import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, madeInit } from '../../../../test/support/boxes.ts';
import { waitFor } from '../../../../test/support/wait.ts';
import { EventQueue } from '../../encode/event-queue.ts';
import type { MediaChunk, MediaEvent } from '../../media.ts';
import { addSound } from '../../mp4/add-sound.ts';
import { requiredBox } from '../../mp4/box.ts';
import { readMovie } from '../../mp4/movie.ts';
import { soundFragment, soundSamples } from '../../mp4/sound-samples.ts';
import { BoxSplitter } from '../../mp4/splitter.ts';
import { SenderRun } from './sender-run.ts';

/** When media time 0 was taken, milliseconds since the epoch. */
const origin = 1_790_000_000_000;

function chunkAt(seconds: number, late = 0): MediaChunk {
  const [time, duration] = [Math.round(seconds * 1000), 200];
  const keyframe = Number.isInteger(seconds);
  const readAt = origin + time + duration + late;
  return {
    type: 'chunk',
    rendition: 'main',
    bytes: Buffer.alloc(10),
    keyframe,
    timescale: 1000,
    time,
    duration,
    readAt,
  };
}

const init = {
  ...{ type: 'init', rendition: 'main', bytes: Buffer.alloc(1) },
  facts: { codecs: 'avc1', bandwidth: 1, timescale: 1000 },
} as unknown as MediaEvent;

/** A run of an encoder that gives what it is told. */
function begin(onAirUntil: () => number | undefined = () => undefined) {
  const queue = new EventQueue<MediaEvent>({ limit: 1e9, onFull: () => {}, onDrain: () => {} });
  const told = { notes: [] as string[], ended: 0 };
  const run = new SenderRun({
    events: (signal) => {
      signal.addEventListener('abort', () => queue.close());
      return queue;
    },
    ...{ lead: 'main', part: 200, segment: 1000, most: 250, onAirUntil },
    onNote: (message) => told.notes.push(message),
    onEnded: () => {
      told.ended += 1;
    },
  });
  const give = (...events: readonly MediaEvent[]) => {
    for (const event of events) queue.push(event, 0);
    if (events.at(-1)?.type === 'end') queue.close();
  };
  return { run, give, told };
}

/** Keeps what flows. */
function follow(run: SenderRun, behind?: number) {
  const events: MediaEvent[] = [];
  const done = (async () => {
    for await (const event of run.flow(behind)) events.push(event);
  })();
  const shown = () => events.map((event) => (event.type === 'chunk' ? event.time / 1000 : event.type));
  return { events, done, shown, has: (count: number) => waitFor(() => events.length >= count) };
}

const seconds = (from: number, to: number) =>
  Array.from({ length: Math.round((to - from) * 5) }, (_, index) =>
    chunkAt(Math.round((from + index / 5) * 10) / 10),
  );

test('One that nobody stood by for gives all as it comes, to its end', async () => {
  const { run, give, told } = begin();
  const flow = follow(run);
  give(init, chunkAt(0), { type: 'note', message: 'loud' }, chunkAt(0.2), { type: 'end' });
  await flow.done;
  assert.deepEqual(flow.shown(), ['init', 0, 'note', 0.2, 'end']);
  assert.deepEqual(told, { notes: [], ended: 0 });
});

test('One that stood by goes on from the first keyframe behind what was given by another, with its init', async () => {
  const { run, give } = begin(() => origin + 900);
  give(init, ...seconds(0, 3.4));
  await waitFor(() => run.capturedUntil === origin + 3400);
  // Only what may be wanted is held: from the keyframe a second before what is on the air.
  assert.equal(run.heldBytes, 170);
  const flow = follow(run, origin + 1100);
  await flow.has(8);
  assert.deepEqual(flow.shown(), ['init', 2, 2.2, 2.4, 2.6, 2.8, 3, 3.2]);
  give(chunkAt(3.4), { type: 'end' });
  await flow.done;
  assert.deepEqual(flow.shown().slice(-2), [3.4, 'end']);
});

test('Where no such keyframe has come, it is waited for', async () => {
  const { run, give } = begin();
  give(init, ...seconds(0, 1.6));
  await waitFor(() => run.capturedUntil === origin + 1600);
  const flow = follow(run, origin + 1600);
  give(...seconds(1.6, 2.4), { type: 'end' });
  await flow.done;
  assert.deepEqual(flow.shown(), ['init', 2, 2.2, 'end']);
});

test('Who ends before such a keyframe gives nothing that was seen already', async () => {
  const { run, give } = begin();
  give(init, ...seconds(0, 1.6));
  await waitFor(() => run.capturedUntil === origin + 1600);
  const flow = follow(run, origin + 1500);
  give(...seconds(1.6, 2), { type: 'end' });
  await flow.done;
  assert.deepEqual(flow.shown(), ['end']);
});

test('Where clocks were set, and none can be late enough, it goes on from what has come since', async () => {
  const { run, give } = begin();
  give(init, ...seconds(0, 1.6));
  await waitFor(() => run.capturedUntil === origin + 1600);
  const flow = follow(run, origin + 3_600_000);
  give(...seconds(1.6, 5.4));
  await waitFor(() => run.capturedUntil === origin + 5400);
  assert.deepEqual(flow.shown(), []);
  give(...seconds(5.4, 5.8), { type: 'end' });
  await flow.done;
  assert.deepEqual(flow.shown().slice(0, 2), ['init', 2]);
});

test('What was held back is dated by when it was due, not by when it was read', async () => {
  const { run, give } = begin();
  give(
    init,
    ...seconds(0, 1).map((chunk) => ({ ...chunk, readAt: chunk.readAt + 90 })),
    chunkAt(1, 50),
    chunkAt(1.2, 150),
  );
  await waitFor(() => run.capturedUntil !== undefined && run.heldBytes === 70);
  const flow = follow(run, origin + 500);
  await flow.has(3);
  const read = flow.events.flatMap((event) => (event.type === 'chunk' ? [event.readAt - origin] : []));
  assert.deepEqual(read, [1290, 1490]);
  await run.close();
  await flow.done;
});

test('Who takes over gives no sound of before its first picture: another one was heard then', async () => {
  const bytes = addSound(madeInit(avcTrack()), madeInit(aacTrack(2)), 2);
  const movie = readMovie(requiredBox(bytes, 'moov'));
  const timescale = movie.tracks.find(({ id }) => id === 2)?.timescale ?? Number.NaN;
  const spoken = { ...init, bytes, facts: { codecs: 'avc1,mp4a', bandwidth: 1, timescale: 1000 } };
  // A frame each tenth of a second, the first one 100 ms before the picture.
  const chunk = (seconds: number): MediaChunk => {
    const frames = [-0.1, 0, 0.1].map((step) => ({
      ...{ trackId: 2, time: Math.round((seconds + step) * timescale), duration: Math.round(timescale / 10) },
      bytes: Buffer.from('sound'),
    }));
    return { ...chunkAt(seconds), bytes: soundFragment(2, 1, frames) };
  };
  const heard = (events: readonly MediaEvent[]) =>
    events.map((event) => {
      const [moof, mdat] = event.type === 'chunk' ? new BoxSplitter(1 << 20).push(event.bytes) : [];
      if (moof === undefined || mdat === undefined) return event.type;
      return soundSamples(moof, mdat, movie).map(({ time }) => Math.round((time / timescale) * 10) / 10);
    });
  const { run, give } = begin();
  give(spoken as MediaEvent, chunk(1), chunk(1.2), chunk(2));
  await waitFor(() => run.capturedUntil === origin + 2200);
  const flow = follow(run, origin + 1500);
  give(chunk(2.2), { type: 'end' });
  await flow.done;
  assert.deepEqual(heard(flow.events), ['init', [2, 2.1], [2.1, 2.2, 2.3], 'end']);
});

test('One that steps back goes on unseen, and may come back with a later keyframe', async () => {
  const { run, give, told } = begin();
  const first = follow(run);
  give(init, ...seconds(0, 1.2));
  await first.has(7);
  run.stepBack();
  await first.done;
  assert.equal(first.events.at(-1)?.type, 'chunk');
  give({ type: 'note', message: 'odd' }, ...seconds(1.2, 4.4));
  await waitFor(() => run.capturedUntil === origin + 4400);
  assert.deepEqual(told.notes, ['odd']);
  const again = follow(run, origin + 3500);
  await again.has(3);
  assert.deepEqual(again.shown(), ['init', 4, 4.2]);
  await run.close();
  await again.done;
});

test('Whoever ends while it stands by is told of, and so is what it cannot be begun with', async () => {
  const { run, give, told } = begin();
  give(init, ...seconds(0, 1), { type: 'end', error: new Error('cut') });
  await waitFor(() => told.ended === 1);
  assert.deepEqual([run.isOver, run.heldBytes], [true, 0]);
  const broken = new SenderRun({
    events: async function* () {
      yield* [];
      throw new Error('no FFmpeg');
    },
    ...{ lead: 'main', part: 200, segment: 1000, most: 250, onAirUntil: () => undefined, onNote: () => {} },
    onEnded: () => {},
  });
  await assert.rejects(follow(broken).done, /no FFmpeg/);
});
