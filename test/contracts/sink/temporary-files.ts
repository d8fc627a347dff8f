import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sink } from '../../../src/stores/contract.ts';
import { id, type OpenSinkGround } from './ground.ts';

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
