import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MediaPipe } from '../rtmp/media-pipe.ts';
import { SentBytes } from './sent-bytes.ts';

const slices = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));

function sent(silence = 60_000) {
  const pipe = new MediaPipe(1000);
  const stop = new AbortController();
  return { pipe, stop, bytes: new SentBytes({ bytes: pipe, silence, signal: stop.signal }) };
}

async function collect(bytes: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const slice of bytes) text += String(slice);
  return text;
}

test('Bytes as they came, and how they ended', async () => {
  const good = sent();
  for (const slice of slices('one', 'two')) good.pipe.push(slice);
  good.pipe.end();
  assert.equal(await collect(good.bytes.read()), 'onetwo');
  assert.deepEqual([good.bytes.isOver, good.bytes.loss, good.bytes.count], [true, undefined, 6]);
  const bad = sent();
  bad.pipe.push(Buffer.from('one'));
  bad.pipe.end(new Error('cut'));
  assert.equal(await collect(bad.bytes.read()), 'one');
  assert.equal(bad.bytes.loss?.message, 'cut');
});

test('Until they are let go they can be read once more, and nothing is lost between two readers', async () => {
  const { pipe, bytes } = sent();
  pipe.push(Buffer.from('one'));
  const first = bytes.read();
  assert.equal(String((await first.next()).value), 'one');
  // It waits for what comes next when somebody else begins.
  const waiting = first.next();
  const second = bytes.read();
  assert.equal(String((await second.next()).value), 'one');
  const next = second.next();
  pipe.push(Buffer.from('two'));
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.equal(String((await next).value), 'two');
  bytes.forget();
  assert.equal(bytes.isWhole, false);
  pipe.push(Buffer.from('three'));
  pipe.end();
  assert.equal(await collect(second), 'three');
});

test('Who says nothing is lost, and who is told to go is lost at once', async () => {
  const silent = sent(20);
  assert.equal(await collect(silent.bytes.read()), '');
  assert.match(silent.bytes.loss?.message ?? '', /nothing has come from the sender for 0.02 s/);
  const told = sent();
  const read = collect(told.bytes.read());
  told.stop.abort(new Error('go'));
  await read;
  assert.equal(told.bytes.loss?.message, 'go');
});

test('Whoever pushes waits while much is there, and no longer when nobody reads', async () => {
  const pipe = new MediaPipe(10);
  assert.equal(pipe.push(Buffer.alloc(8)), undefined);
  let isFree = false;
  const wait = pipe.push(Buffer.alloc(8))?.then(() => {
    isFree = true;
  });
  const reader = pipe[Symbol.asyncIterator]();
  await reader.next();
  assert.equal(isFree, false);
  await reader.next();
  await wait;
  const held = pipe.push(Buffer.alloc(20));
  await reader.return(undefined);
  await held;
  assert.equal(pipe.push(Buffer.alloc(2000)), undefined);
});
