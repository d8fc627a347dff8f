import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sink } from '../../../src/stores/contract.ts';
import { TouchedError } from '../../../src/stores/touched.ts';
import { VanishedError } from '../../../src/stores/vanished.ts';
import { id, look, type OpenSinkGround, publishedAs } from './ground.ts';

async function readPart(sink: Sink, upload: string, length = 100): Promise<string> {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, await sink.part(upload).read(buffer, 0)).toString();
}

/** Bytes on their way to a final name. */
export function temporaryFiles(open: OpenSinkGround): void {
  test('A temporary file takes bytes in any order, several at once, and over what is there', async (t) => {
    const sink = await (await open(t)).open();
    const part = sink.part(id(1));
    await Promise.all([
      part.write(Buffer.from('world'), 6),
      part.write(Buffer.from('hello '), 0),
      part.write(Buffer.from('!'), 11),
    ]);
    await part.write(Buffer.from('W'), 6);
    await part.sync();
    await part.close();
    assert.equal(await readPart(sink, id(1)), 'hello World!');
    const buffer = Buffer.alloc(3);
    assert.equal(await part.read(buffer, 10), 2);
    assert.equal(await part.read(buffer, 50), 0);
    await sink.close();
  });

  test('Many temporary files are open at once, and each keeps its own bytes', async (t) => {
    const sink = await (await open(t)).open();
    const uploads = Array.from({ length: 300 }, (_, index) => id(index));
    await Promise.all(uploads.map((upload) => sink.part(upload).write(Buffer.from(upload), 0)));
    await Promise.all(uploads.map((upload) => sink.part(upload).write(Buffer.from('more'), 32)));
    for (const upload of uploads) assert.equal(await readPart(sink, upload), `${upload}more`);
    await sink.close();
  });

  test('A temporary file that somebody removed is missed, and not made anew until its upload is cleared', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    await first.part(id(1)).write(Buffer.from('hello'), 0);
    await first.part(id(1)).close();
    await ground.cutPart(id(1));
    const calls = (sink: Sink) => [
      () => sink.part(id(1)).write(Buffer.from('world'), 6),
      () => sink.part(id(1)).read(Buffer.alloc(5), 0),
      () => sink.part(id(1)).sync(),
      () => sink.publish(id(1), 'shop/a', look, publishedAs('hello')),
      () => sink.quarantine(id(1), 'shop/a'),
    ];
    for (const call of calls(first)) await assert.rejects(call, VanishedError);
    assert.deepEqual(await ground.parts(), []);
    await first.clear(id(1));
    await first.part(id(1)).write(Buffer.from('again'), 0);
    assert.equal(await readPart(first, id(1)), 'again');
    const rest = {
      uploader: 'shop',
      path: 'a',
      size: 9,
      close: undefined,
      topic: 't',
      seen: [[1, 2, 3] as const],
    };
    await first.checkpoint([{ upload: id(1), ...rest, ranges: [[0, 5]] }]);
    await first.close();
    const second = await ground.open();
    const [known] = await second.unfinished();
    assert.deepEqual([known?.ranges, known?.seen], [ground.beginsAnew ? [] : [[0, 5]], [[1, 2, 3]]]);
    if (ground.beginsAnew) return second.close();
    await ground.cutPart(id(1));
    for (const call of calls(second)) await assert.rejects(call, VanishedError);
    await second.close();
  });

  test('A temporary file that somebody cut is not published', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.part(id(1)).write(Buffer.from('hello'), 0);
    await ground.cutPart(id(1), 3);
    await assert.rejects(sink.publish(id(1), 'shop/a', look, publishedAs('hello')), VanishedError);
    assert.equal(await ground.read('shop/a'), undefined);
    await sink.close();
  });

  test('Our own writes leave a temporary file as it was written, whatever is done with it', async (t) => {
    const sink = await (await open(t)).open();
    const part = sink.part(id(1));
    assert.equal(await part.isAsWritten(), true);
    await Promise.all([part.write(Buffer.from('hello '), 0), part.write(Buffer.from('world'), 6)]);
    await part.sync();
    await part.close();
    await part.write(Buffer.from('!'), 11);
    assert.equal(await readPart(sink, id(1)), 'hello world!');
    assert.equal(await part.isAsWritten(), true);
    await sink.publish(id(1), 'shop/a', look, publishedAs('hello world!'));
    await sink.close();
  });

  test('A temporary file that somebody changed in place is not published before its owner has heard of it', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const part = sink.part(id(1));
    await part.write(Buffer.from('hello'), 0);
    await ground.changePart!(id(1));
    await part.write(Buffer.from('world'), 5);
    const publish = () => sink.publish(id(1), 'shop/a', look, publishedAs('helloworld'));
    await assert.rejects(publish, TouchedError);
    assert.equal(await part.isAsWritten(), false);
    assert.equal(await part.isAsWritten(), true);
    await part.close();
    await ground.changePart!(id(1));
    assert.equal(await part.isAsWritten(), false);
    await ground.changePart!(id(1));
    await assert.rejects(publish, TouchedError);
    assert.equal(await ground.read('shop/a'), undefined);
    assert.equal(await part.isAsWritten(), false);
    await part.write(Buffer.from('hello'), 0);
    await publish();
    await sink.part(id(2)).write(Buffer.from('x'), 0);
    await ground.changePart!(id(2));
    await sink.clear(id(2));
    await sink.part(id(2)).write(Buffer.from('y'), 0);
    assert.equal(await sink.part(id(2)).isAsWritten(), true);
    await sink.close();
  });

  test('A discarded temporary file is gone; discarding it again, or what never was, does nothing', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.part(id(1)).write(Buffer.from('x'), 0);
    assert.deepEqual(await ground.parts(), [id(1)]);
    for (const upload of [id(1), id(1), id(2)]) await sink.discard(upload);
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });
}
