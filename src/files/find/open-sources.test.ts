import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { openSources } from './open-sources.ts';

test('One place is a source as it is; several are folders, whose names tell them apart at every sink', async (t) => {
  const folder = await temporaryFolder(t);
  const [photos, logs] = [join(folder, 'photos'), join(folder, 'logs')];
  for (const path of [photos, logs]) {
    await mkdir(path);
    await writeFile(join(path, 'a'), path);
  }
  const open = (from: Parameters<typeof openSources>[0]) => openSources(from, {}, { onEvent: () => {} });
  const everything = { file: () => true, folder: () => true };
  const pathsOf = async (from: Parameters<typeof openSources>[0]) => {
    const { source, patience } = await open(from);
    assert.equal(patience.waited, 0);
    const files = await Array.fromAsync(source.list(everything, () => {}));
    return files.map(({ path }) => path).toSorted();
  };
  assert.deepEqual(await pathsOf(photos), ['a']);
  assert.deepEqual(await pathsOf({ photos, logs }), ['logs/a', 'photos/a']);
  assert.deepEqual(await pathsOf({ photos }), ['photos/a']);
  const wrong: [names: string[], message: RegExp][] = [
    [[], /there is no source/],
    [['a', 'A'], /two sources are called "A"/],
    [['caf\u00e9', 'cafe\u0301'], /two sources/],
    [['..'], /"\.\." cannot be the name of a source/],
    [['a/b'], /has a "\/"/],
    [[''], /is empty/],
  ];
  for (const [names, message] of wrong)
    await assert.rejects(open(Object.fromEntries(names.map((name) => [name, photos]))), message);
  await assert.rejects(open({ photos, absent: join(folder, 'absent') }), /absent.*make it/);
});
