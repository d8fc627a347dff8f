import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { ConfigurationError } from '../../errors.ts';
import type { PlainStore } from '../objects/contract.ts';
import { isCode } from '../store-fault.ts';
import { openPlainFiles } from './plain-files.ts';

const put = (store: PlainStore, key: string, text: string, condition?: Parameters<PlainStore['put']>[3]) =>
  store.put(key, Buffer.from(text), {}, condition);

const stale = (error: unknown): boolean => isCode(error, 'ESTALE');

test('A file is replaced as a whole, and only if it still is what was read', async (t) => {
  const root = join(await temporaryFolder(t), 'made', 'for it');
  const [one, other] = [await openPlainFiles(root), await openPlainFiles(root)];
  t.after(() => [one, other].map((store) => store.close()));
  assert.equal(one.replacesAtOnce, process.platform === 'linux');
  const first = await put(one, 'a/b.txt', 'first', 'nothing');
  await assert.rejects(put(other, 'a/b.txt', 'second', 'nothing'), stale);
  const second = await put(other, 'a/b.txt', 'second', { tag: first });
  await assert.rejects(put(one, 'a/b.txt', 'third', { tag: first }), stale);
  assert.deepEqual(await one.look('a/b.txt'), { tag: second, size: 6, metadata: {} });
  await put(one, 'a/b.txt', 'whatever stood there');
  assert.equal(await readFile(join(root, 'a/b.txt'), 'utf8'), 'whatever stood there');
  await one.remove('a/b.txt');
  await one.remove('a/b.txt');
  assert.equal(await one.look('a/b.txt'), undefined);
  await assert.rejects(put(one, 'a/b.txt', 'gone', { tag: second }), stale);
  assert.deepEqual(await readdir(join(root, 'a')), []);
});

test('Of many who replace one file at once, each has seen what the one before him put there', async (t) => {
  const root = await temporaryFolder(t);
  const stores = await Promise.all([1, 2, 3].map(() => openPlainFiles(root)));
  t.after(() => stores.map((store) => store.close()));
  await put(stores[0]!, 'list', '');
  const append = async (store: PlainStore, word: string): Promise<void> => {
    for (;;) {
      const { tag = '' } = (await store.look('list')) ?? {};
      let text = '';
      try {
        for await (const bytes of store.read('list', tag)) text += Buffer.from(bytes).toString();
        await put(store, 'list', `${text}${word} `, { tag });
        return;
      } catch (error) {
        if (!stale(error)) throw error;
      }
    }
  };
  const words = Array.from({ length: 18 }, (_, index) => `w${index}`);
  await Promise.all(words.map((word, index) => append(stores[index % 3]!, word)));
  const said = (await readFile(join(root, 'list'), 'utf8')).trim().split(' ');
  assert.deepEqual(said.toSorted(), words.toSorted());
});

test('What a process left that was killed long ago is removed, and nothing of one that is at work', async (t) => {
  const root = await temporaryFolder(t);
  const store = await openPlainFiles(root);
  t.after(() => store.close());
  const runs = join(root, '.sluice/files');
  const [own] = await readdir(runs);
  await mkdir(join(runs, 'left'));
  await writeFile(join(runs, 'left', 'file-0'), 'half');
  const long = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(runs, 'left'), long, long);
  const later = await openPlainFiles(root);
  t.after(() => later.close());
  const names = await readdir(runs);
  assert.ok(names.includes(own!) && !names.includes('left'), names.join());
  assert.equal((await stat(join(root, '.sluice'))).mode & 0o077, 0);
});

test('A folder that cannot be made is told with what to do', async (t) => {
  const root = await temporaryFolder(t);
  await writeFile(join(root, 'file'), '');
  await assert.rejects(openPlainFiles(join(root, 'file', 'inside')), ConfigurationError);
});
