/** Folders that one member removes, for they are empty, while another is about to put something there. */
import assert from 'node:assert/strict';
import { readFile, readlink, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { id, look, publishedAs } from '../../../../test/contracts/sink/ground.ts';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import type { Sink } from '../../contract.ts';
import { DiskCalls } from '../calls.ts';
import { openDiskSink } from '../sink.ts';

/** Right before a file or a link has its name, its folder is removed, so many times. */
class Emptied extends DiskCalls {
  folder = '';
  left = 0;

  readonly synced = new Set<string>();

  override async syncFolder(folder: string): Promise<void> {
    this.synced.add(folder);
    return super.syncFolder(folder);
  }

  override async rename(from: string, to: string): Promise<void> {
    if (to.endsWith('/late') && this.left-- > 0) await rmdir(this.folder);
    return super.rename(from, to);
  }
}

async function place(t: TestContext) {
  const folder = await temporaryFolder(t);
  const calls = new Emptied(true);
  const open = (reader: string): Promise<Sink> =>
    openDiskSink(folder, { calls, group: { name: 'fill', reader } });
  const [a, b] = [await open('a'), await open('b')];
  t.after(() => Promise.all([a.close(), b.close()]));
  return { folder, calls, a, b };
}

const put = (sink: Sink, target: string, number: number) =>
  sink.publishWhole(Buffer.from('text'), target, look, publishedAs('text', id(number)));

test('A member that knows a folder puts files and links below it when another has removed it', async (t) => {
  const { folder, a, b } = await place(t);
  await put(a, 'shop/d/e/1', 1);
  await b.remove!('shop/d/e/1', id(2));
  await put(a, 'shop/d/f/2', 3);
  assert.equal(await readFile(join(folder, 'shop/d/f/2'), 'utf8'), 'text');
  await b.remove!('shop/d/f/2', id(4));
  await a.link!('shop/d/g/3', { upload: id(5), to: 'x', mtime: look.mtime });
  assert.equal(await readlink(join(folder, 'shop/d/g/3')), 'x');
});

test('A folder that is removed again and again is made as often', async (t) => {
  const { folder, calls, a } = await place(t);
  calls.folder = join(folder, 'shop/d');
  calls.left = 5;
  await put(a, 'shop/d/late', 1);
  assert.equal(await readFile(join(folder, 'shop/d/late'), 'utf8'), 'text');
  assert.equal(await a.newest('shop/d/late'), id(1));
  assert.ok(calls.left < 0);
});

test('Where another member has made a folder anew, who puts something there makes that durable', async (t) => {
  const { folder, calls, a, b } = await place(t);
  const work = [
    () => put(a, 'shop/d/1', 3),
    () => a.link!('shop/d/1', { upload: id(6), to: 'x', mtime: look.mtime }),
  ];
  await put(a, 'shop/d/1', 1);
  let last = 1;
  for (const one of work) {
    await a.checkpoint([]);
    await b.remove!('shop/d/1', id(++last));
    await put(b, `shop/d/${last}`, last);
    await one();
    calls.synced.clear();
    await a.checkpoint([]);
    assert.ok(calls.synced.has(join(folder, 'shop')), String(one));
    await b.remove!(`shop/d/${last}`, id(last + 1));
    last += 2;
  }
});
