import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../../errors.ts';
import { StoreFault } from '../../store-fault.ts';
import { FolderNames } from './folder-names.ts';

function listed(stands: readonly string[] | undefined) {
  const asked: string[] = [];
  const names = new FolderNames(async (folder) => {
    asked.push(folder);
    return stands === undefined ? undefined : new Set(stands);
  });
  return { names, asked };
}

test('The second name of a folder has it listed, once; what is not in the list is absent', async () => {
  const { names, asked } = listed(['a/2']);
  assert.equal(await names.isAbsent('a/1'), false);
  assert.deepEqual(asked, []);
  const answers = await Promise.all(['a/2', 'a/3', 'a/1'].map((key) => names.isAbsent(key)));
  assert.deepEqual(answers, [false, true, true]);
  assert.equal(await names.isAbsent('b/1'), false);
  assert.equal(await names.isAbsent('a/b/1'), false);
  assert.deepEqual(asked, ['a/']);
});

test('What was written, or found by somebody else, is not absent any more', async () => {
  const { names } = listed([]);
  for (const key of ['a/1', 'a/2']) await names.isAbsent(key);
  assert.equal(await names.isAbsent('a/3'), true);
  names.mayStand('a/3');
  assert.equal(await names.isAbsent('a/3'), false);
});

test('What was written while its folder was listed is not absent, though the list has it not', async () => {
  const list = Promise.withResolvers<ReadonlySet<string>>();
  const names = new FolderNames(() => list.promise);
  await names.isAbsent('a/1');
  const asked = names.isAbsent('a/2');
  names.mayStand('a/1');
  list.resolve(new Set());
  assert.equal(await asked, true);
  assert.equal(await names.isAbsent('a/1'), false);
});

test('Of a folder of too many names nothing is known, and it is not listed again', async () => {
  const { names, asked } = listed(undefined);
  for (const key of ['1', '2', '3']) assert.equal(await names.isAbsent(key), false);
  assert.deepEqual(asked, ['']);
});

test('Where listing is refused nothing is known', async () => {
  const names = new FolderNames(() => Promise.reject(new ConfigurationError('access is denied')));
  for (const key of ['a/1', 'a/2']) assert.equal(await names.isAbsent(key), false);
});

test('A listing that fails is told, and made again by the next one', async () => {
  let fails = true;
  const names = new FolderNames(async () => {
    if (fails) throw new StoreFault('away', { scope: 'sink', code: 'EAGAIN' });
    return new Set();
  });
  await names.isAbsent('a/1');
  await assert.rejects(names.isAbsent('a/2'), /away/);
  fails = false;
  assert.equal(await names.isAbsent('a/2'), true);
});

test('Names take no more memory than for a hundred thousand of them', async () => {
  const many = Array.from({ length: 1000 }, (_, index) => `${index}`);
  let lists = 0;
  const names = new FolderNames(async () => {
    lists += 1;
    return new Set(many);
  });
  const ask = async (folder: number): Promise<boolean> => {
    await names.isAbsent(`${folder}/a`);
    return names.isAbsent(`${folder}/b`);
  };
  for (let folder = 0; folder < 200; folder++) assert.equal(await ask(folder), true);
  assert.equal(lists, 200);
  // The newest is known, the oldest was let go.
  await ask(199);
  assert.equal(lists, 200);
  await ask(0);
  assert.equal(lists, 201);
});
