import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplacedError } from '../../../src/stores/replaced.ts';
import { VanishedError } from '../../../src/stores/vanished.ts';
import { waitFor } from '../../support/wait.ts';
import { remembered } from './checkpoints.ts';
import { id, look, type OpenSinkGround, partOf, publishedAs } from './ground.ts';

/** Bytes that a sink takes once, from the first to the last, and what is left of them. */
export function bytesInOrder(open: OpenSinkGround): void {
  test('Bytes that come in order make a file, which nobody sees before it is published', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const pieces = ['hello ', 'big ', 'world'];
    const text = pieces.join('');
    const part = sink.part(id(1), partOf('shop/a', text));
    let at = 0;
    for (const piece of pieces) {
      const bytes = Buffer.from(piece);
      await part.write(bytes, at);
      // They are the caller's again.
      bytes.fill(0);
      at += piece.length;
    }
    await part.sync();
    assert.equal(await part.isAsWritten(), true);
    assert.equal(await ground.read('shop/a'), undefined);
    await sink.publish(id(1), 'shop/a', look, publishedAs(text));
    assert.equal(String((await ground.read('shop/a'))?.bytes), text);
    assert.deepEqual(await sink.published('shop/a'), publishedAs(text));
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });

  test('What lacks bytes is not published', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.part(id(1), partOf('shop/a', 'hello')).write(Buffer.from('hel'), 0);
    await assert.rejects(sink.publish(id(1), 'shop/a', look, publishedAs('hello')), VanishedError);
    assert.equal(await ground.read('shop/a'), undefined);
    await sink.clear(id(1));
    await sink.part(id(1), partOf('shop/a', 'hello')).write(Buffer.from('hello'), 0);
    await sink.publish(id(1), 'shop/a', look, publishedAs('hello'));
    assert.equal(String((await ground.read('shop/a'))?.bytes), 'hello');
    await sink.close();
  });

  test('What is cleared while it is published stands whole, or not at all', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    for (const [number, clears] of (['clear', 'discard'] as const).entries()) {
      const [upload, target] = [id(number + 1), `shop/${number}`];
      await sink.part(upload, partOf(target, 'hello')).write(Buffer.from('hello'), 0);
      const published = sink.publish(upload, target, look, publishedAs('hello', upload)).then(
        () => true,
        (error: unknown) => {
          assert.ok(error instanceof VanishedError, String(error));
          return false;
        },
      );
      await sink[clears](upload);
      const stands = await published;
      assert.equal((await ground.read(target))?.bytes.toString(), stands ? 'hello' : undefined);
    }
    await sink.close();
  });

  test('What somebody put under a name since it was looked at is not replaced before it is looked at again', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const other = await ground.open('other');
    const text = 'text';
    assert.equal(await sink.published('shop/a'), undefined);
    await sink.part(id(1), partOf('shop/a', text)).write(Buffer.from(text), 0);
    await other.publishWhole(Buffer.from('other'), 'shop/a', look, publishedAs('other', id(2)));
    await assert.rejects(sink.publish(id(1), 'shop/a', look, publishedAs(text)), ReplacedError);
    assert.equal(String((await ground.read('shop/a'))?.bytes), 'other');
    assert.equal((await sink.published('shop/a'))?.upload, id(2));
    await ground.write('shop/a', 'changed');
    await assert.rejects(
      sink.publishWhole(Buffer.from(text), 'shop/a', look, publishedAs(text)),
      ReplacedError,
    );
    assert.equal(await sink.published('shop/a'), undefined);
    await sink.publish(id(1), 'shop/a', look, publishedAs(text));
    assert.equal(String((await ground.read('shop/a'))?.bytes), text);
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
    await other.close();
  });

  test('What stands says which upload it is, to every sink', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    await first.publishWhole(Buffer.from('a'), 'shop/a', look, publishedAs('a'));
    const second = await ground.open();
    assert.deepEqual(await second.published('shop/a'), publishedAs('a'));
    assert.equal(await second.newest('shop/a'), id(1));
    await ground.write('shop/b', 'b');
    assert.equal(await second.digestOfTarget('shop/b', 'md5'), publishedAs('b').digest);
    await second.adopt('shop/b', publishedAs('b', id(9)));
    assert.deepEqual(await first.published('shop/b'), publishedAs('b', id(9)));
    assert.equal(String((await ground.read('shop/b'))?.bytes), 'b');
    await first.close();
    await second.close();
  });

  test('Of open uploads the next run knows where they can be had, and nothing that they had is left', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    const text = 'x'.repeat(ground.large ?? 100);
    for (const number of [1, 2, 3])
      await first.part(id(number), partOf(`shop/f${number}`, text)).write(Buffer.from(text.slice(1)), 0);
    const one = remembered(id(1), { path: 'línea\nnueva', seen: [[0, 7, 9]] });
    const two = remembered(id(2), { size: 2 ** 53 - 1, close: '{"size":100}' });
    // What a run that was killed had asked for has been answered by then.
    await waitFor(async () => (await ground.parts()).length === 3, { what: 'three open uploads' });
    await first.checkpoint([one, two]);
    const second = await ground.open();
    assert.deepEqual(
      [...(await second.unfinished())].sort((a, b) => (a.upload < b.upload ? -1 : 1)),
      [one, two],
    );
    if (!ground.partsStay && !ground.expires) assert.deepEqual(await ground.parts(), []);
    await second.part(id(1), partOf('shop/f1', text)).write(Buffer.from(text), 0);
    await second.publish(id(1), 'shop/f1', look, publishedAs(text));
    await second.discard(id(2));
    await second.checkpoint([]);
    await second.close();
    const third = await ground.open();
    assert.deepEqual(await third.unfinished(), []);
    await third.close();
  });

  test('Uploads that are discarded or cleared leave nothing; what was ended behind the sink’s back is missed', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const text = 'x'.repeat(ground.large ?? 4);
    const half = text.length / 2;
    for (const number of [1, 2, 3])
      await sink.part(id(number), partOf(`shop/f${number}`, text)).write(Buffer.from(text.slice(0, half)), 0);
    for (const upload of [id(1), id(1), id(9)]) await sink.discard(upload);
    await sink.clear(id(2));
    await ground.cutPart(id(3));
    const go = async (): Promise<void> => {
      await sink.part(id(3), partOf('shop/f3', text)).write(Buffer.from(text.slice(half)), half);
      await sink.publish(id(3), 'shop/f3', look, publishedAs(text, id(3)));
    };
    await assert.rejects(go, VanishedError);
    await sink.discard(id(3));
    if (!ground.partsStay) assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });
}

/** Two sinks in one place that are after the same. */
export function sharedPlace(open: OpenSinkGround): void {
  test('Of two sinks that publish one upload the slower one leaves nothing', async (t) => {
    const ground = await open(t);
    const [sink, other] = [await ground.open(), await ground.open('other')];
    const text = 'x'.repeat(ground.large ?? 100);
    for (const one of [sink, other])
      await one.part(id(1), partOf('shop/a', text)).write(Buffer.from(text), 0);
    for (const one of [sink, other]) await one.published('shop/a');
    await other.publish(id(1), 'shop/a', look, publishedAs(text));
    await sink.publish(id(1), 'shop/a', look, publishedAs(text)).catch(async (error: unknown) => {
      assert.ok(error instanceof ReplacedError);
      assert.deepEqual(await sink.published('shop/a'), publishedAs(text));
      await sink.discard(id(1));
    });
    assert.deepEqual(await sink.published('shop/a'), publishedAs(text));
    if (!ground.partsStay) assert.deepEqual(await ground.parts(), []);
    await sink.close();
    await other.close();
  });
}
