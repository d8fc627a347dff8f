import assert from 'node:assert/strict';
import { test } from 'node:test';
import { id, look, type OpenSinkGround, partOf, publishedAs } from './ground.ts';

/** Final names, and names for what is wrong. */
export function publishing(open: OpenSinkGround): void {
  test('A temporary file gets its final name, with its bytes, time and mode', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const text = 'the bytes';
    await sink.part(id(1), partOf('shop/dir/a', text)).write(Buffer.from(text), 0);
    assert.equal(await ground.read('shop/dir/a'), undefined);
    await sink.publish(id(1), 'shop/dir/a', look, publishedAs(text));
    const file = await ground.read('shop/dir/a');
    assert.deepEqual([String(file?.bytes), file?.mode], [text, look.mode]);
    assert.deepEqual(await ground.parts(), []);
    assert.deepEqual(await sink.published('shop/dir/a'), publishedAs(text));
    await sink.close();
  });

  test('A file of no bytes needs no write before it', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.publish(id(1), 'shop/empty', look, publishedAs(''));
    assert.equal((await ground.read('shop/empty'))?.bytes.length, 0);
    await sink.close();
  });

  test('A whole file is published at once', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    for (const [index, text] of ['', 'x', 'x'.repeat(100_000)].entries()) {
      const target = `shop/f${index}`;
      await sink.publishWhole(Buffer.from(text), target, look, publishedAs(text));
      assert.equal(String((await ground.read(target))?.bytes), text);
      assert.deepEqual(await sink.published(target), publishedAs(text));
    }
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });

  test('What stands under a name can be read, where the sink can do that, and becomes the bytes of another upload', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const text = 'the bytes '.repeat(10_000);
    await sink.publishWhole(Buffer.from(text), 'shop/a', look, publishedAs(text));
    if (sink.openPublished === undefined) return sink.close();
    assert.equal(await sink.openPublished('shop/none'), undefined);
    assert.equal(await sink.openPublished('shop'), undefined);
    const file = await sink.openPublished('shop/a');
    assert.ok(file);
    await ground.remove('shop/a');
    const bytes = Buffer.alloc(text.length + 1);
    assert.equal(await file.read(bytes.subarray(0, 10), 5), 10);
    assert.equal(String(bytes.subarray(0, 10)), text.slice(5, 15));
    const part = sink.part(id(2), partOf('shop/b', text));
    if ((await file.cloneTo?.(id(2))) !== true) await part.write(Buffer.from(text), 0);
    await file.close();
    assert.equal(await part.isAsWritten(), true);
    assert.equal(await part.read(bytes, 0), text.length);
    assert.deepEqual(await ground.parts(), [id(2)]);
    await part.write(Buffer.from('THE'), 0);
    await part.isAsWritten();
    await sink.publish(id(2), 'shop/b', look, publishedAs(`THE${text.slice(3)}`, id(2)));
    assert.equal(String((await ground.read('shop/b'))?.bytes), `THE${text.slice(3)}`);
    await sink.close();
  });

  test('What stood under the name is replaced', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await ground.write('shop/a', 'somebody else’s');
    await sink.published('shop/a');
    await sink.publishWhole(Buffer.from('first'), 'shop/a', look, publishedAs('first', id(1)));
    await sink.published('shop/a');
    await sink.part(id(2), partOf('shop/a', 'second')).write(Buffer.from('second'), 0);
    await sink.publish(id(2), 'shop/a', look, publishedAs('second', id(2)));
    assert.equal(String((await ground.read('shop/a'))?.bytes), 'second');
    assert.equal((await sink.published('shop/a'))?.upload, id(2));
    await sink.close();
  });

  test('Files are published side by side, in folders that nobody has made', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const targets = Array.from({ length: 100 }, (_, index) => `shop/${index % 5}/${index % 3}/f${index}`);
    await Promise.all(
      targets.map((target) => sink.publishWhole(Buffer.from(target), target, look, publishedAs(target))),
    );
    for (const target of targets) assert.equal(String((await ground.read(target))?.bytes), target);
    await sink.close();
  });

  test('Modes are permission bits and no more: a file never runs as its owner', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.publishWhole(Buffer.from('x'), 'shop/a', { ...look, mode: 0o6755 }, publishedAs('x'));
    assert.equal((await ground.read('shop/a'))?.mode, 0o755);
    await sink.part(id(2), partOf('shop/b', 'y')).write(Buffer.from('y'), 0);
    await sink.publish(id(2), 'shop/b', { ...look, mode: 0o7700 }, publishedAs('y', id(2)));
    assert.equal((await ground.read('shop/b'))?.mode, 0o700);
    await sink.close();
  });

  test('Times of every century', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    for (const [index, mtime] of [
      '0',
      '-1',
      '-86400000000000',
      '1',
      '999999999',
      '4102444800000000000',
    ].entries()) {
      const target = `shop/f${index}`;
      await sink.publishWhole(Buffer.from('x'), target, { ...look, mtime }, publishedAs('x'));
      assert.deepEqual(await sink.published(target), publishedAs('x'), mtime);
    }
    await sink.close();
  });
}

/** The same where files stand in folders, and what is wrong is kept. */
export function publishingFiles(open: OpenSinkGround): void {
  test('A file where a folder is needed, and a folder where a file is, throw what waiting does not mend', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.publishWhole(Buffer.from('x'), 'shop/file', look, publishedAs('x'));
    await sink.publishWhole(Buffer.from('x'), 'shop/folder/x', look, publishedAs('x'));
    for (const [target, codes] of [
      ['shop/file/below', ['ENOTDIR']],
      ['shop/file/be/low', ['ENOTDIR']],
      ['shop/folder', ['EISDIR', 'ENOTEMPTY', 'EEXIST']],
    ] as const) {
      const isExpected = (error: NodeJS.ErrnoException): boolean => codes.some((code) => code === error.code);
      await assert.rejects(sink.publishWhole(Buffer.from('y'), target, look, publishedAs('y')), isExpected);
      await sink.part(id(7)).write(Buffer.from('y'), 0);
      await assert.rejects(sink.publish(id(7), target, look, publishedAs('y', id(7))), isExpected);
      await sink.discard(id(7));
    }
    assert.deepEqual(await ground.parts(), []);
    assert.equal(String((await ground.read('shop/file'))?.bytes), 'x');
    await sink.close();
  });

  test('Set aside: the bytes stand under the other name, and nothing is published', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.part(id(1)).write(Buffer.from('wrong'), 0);
    await sink.quarantine(id(1), 'shop/dir/a.DIGEST_MISMATCH');
    await sink.quarantine(id(2), 'shop/nothing-came.DIGEST_MISMATCH');
    assert.equal(String((await ground.read('shop/dir/a.DIGEST_MISMATCH'))?.bytes), 'wrong');
    assert.equal(await sink.published('shop/dir/a.DIGEST_MISMATCH'), undefined);
    await sink.part(id(3)).write(Buffer.from('other'), 0);
    await assert.rejects(sink.quarantine(id(3), 'shop/dir/a.DIGEST_MISMATCH'), { code: 'EEXIST' });
    assert.equal(String((await ground.read('shop/dir/a.DIGEST_MISMATCH'))?.bytes), 'wrong');
    await sink.quarantine(id(3), 'shop/dir/a.2.DIGEST_MISMATCH');
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });
}
