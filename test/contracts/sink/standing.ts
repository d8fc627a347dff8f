import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplacedError } from '../../../src/stores/replaced.ts';
import { id, look, type OpenSinkGround, partOf, publishedAs } from './ground.ts';

/** What stands under a name that is to be published. */
export function whatStandsThere(open: OpenSinkGround): void {
  test('What is put only where nothing stands replaces nothing, also what came after the look', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await ground.write('shop/a', 'theirs');
    for (const target of ['shop/a', 'shop/late', 'shop/later']) {
      const isThere = target === 'shop/a';
      assert.equal((await sink.timeOfTarget(target)) !== undefined, isThere);
      if (!isThere) await ground.write(target, 'theirs');
      const whole = sink.publishWhole(Buffer.from('ours'), target, look, publishedAs('ours'), 'nothing');
      await assert.rejects(whole, ReplacedError);
      if (target !== 'shop/later') continue;
      await sink.timeOfTarget(target);
      await sink.part(id(2), partOf(target, 'ours too')).write(Buffer.from('ours too'), 0);
      const part = sink.publish(id(2), target, look, publishedAs('ours too', id(2)), 'nothing');
      await assert.rejects(part, ReplacedError);
      await sink.discard(id(2));
    }
    for (const target of ['shop/a', 'shop/late', 'shop/later'])
      assert.equal(String((await ground.read(target))?.bytes), 'theirs');
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });

  test('Where nothing stands it is put as ever, with its time', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    for (const target of ['shop/new', 'shop/dir/new']) {
      assert.equal(await sink.timeOfTarget(target), undefined);
      await sink.publishWhole(Buffer.from('x'), target, look, publishedAs('x'), 'nothing');
      assert.deepEqual(await sink.published(target), publishedAs('x'));
      const apart = BigInt((await sink.timeOfTarget(target))!) - BigInt(look.mtime);
      assert.ok(apart > -1_000_000n && apart < 1_000_000n, `${apart} ns`);
    }
    await sink.part(id(2), partOf('shop/part', 'y')).write(Buffer.from('y'), 0);
    assert.equal(await sink.timeOfTarget('shop/part'), undefined);
    await sink.publish(id(2), 'shop/part', look, publishedAs('y', id(2)), 'nothing');
    assert.equal(String((await ground.read('shop/part'))?.bytes), 'y');
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });

  test('What is kept aside has another name, and takes nobody’s; a sink that cannot says so', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    if (sink.proveAside === undefined) {
      const aside = sink.publishWhole(Buffer.from('x'), 'shop/a', look, publishedAs('x'), 'aside');
      await assert.rejects(aside, TypeError);
      assert.equal(await ground.read('shop/a'), undefined);
      return sink.close();
    }
    await sink.proveAside();
    await ground.write('shop/a.txt', 'theirs');
    await ground.write('shop/a~2.txt', 'another of theirs');
    const put = (text: string, upload: string) =>
      sink.publishWhole(Buffer.from(text), 'shop/a.txt', look, publishedAs(text, upload), 'aside');
    assert.equal(await put('one', id(1)), 'shop/a~1.txt');
    assert.equal(await put('two', id(2)), 'shop/a~3.txt');
    await sink.part(id(3), partOf('shop/a.txt', 'three')).write(Buffer.from('three'), 0);
    const kept = await sink.publish(id(3), 'shop/a.txt', look, publishedAs('three', id(3)), 'aside');
    assert.equal(kept, 'shop/a~4.txt');
    const text = async (name: string) => String((await ground.read(`shop/${name}`))?.bytes);
    const names = ['a.txt', 'a~1.txt', 'a~2.txt', 'a~3.txt', 'a~4.txt'];
    const expected = ['three', 'theirs', 'another of theirs', 'one', 'two'];
    assert.deepEqual(await Promise.all(names.map(text)), expected);
    assert.equal((await sink.published('shop/a.txt'))?.upload, id(3));
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });
}
