import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type GeneratedFile, generateFiles } from './generate.ts';

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-generate-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('one file of exactly the size, in a folder that is made', async (t) => {
  const folder = join(await emptyFolder(t), 'a', 'b');
  for (const size of [0, 1, 1_048_577]) {
    const files: GeneratedFile[] = await Array.fromAsync(generateFiles({ folder, size }));
    assert.equal(files.length, 1);
    assert.equal((await readFile(join(folder, files[0]!.name))).length, size);
  }
  assert.equal((await readdir(folder)).length, 3);
});

test('with an interval: one after the other until the signal, each with other bytes', async (t) => {
  const folder = await emptyFolder(t);
  const controller = new AbortController();
  const contents = new Set<string>();
  for await (const { name } of generateFiles({
    folder,
    size: 1000,
    interval: 1,
    signal: controller.signal,
  })) {
    contents.add((await readFile(join(folder, name))).toString('hex'));
    if (contents.size === 3) controller.abort();
  }
  assert.equal(contents.size, 3);
  assert.equal((await readdir(folder)).length, 3);
});

test('a signal leaves no half file', async (t) => {
  const folder = await emptyFolder(t);
  const files = generateFiles({ folder, size: 10, interval: 0, signal: AbortSignal.abort() });
  assert.deepEqual(await Array.fromAsync(files), []);
  assert.deepEqual(await readdir(folder), []);
});

test('a folder that cannot be made is named', async () => {
  const folder = join(import.meta.filename, 'below-a-file');
  await assert.rejects(Array.fromAsync(generateFiles({ folder, size: 1 })), {
    name: 'ConfigurationError',
    message: `cannot make the folder ${folder} for generated files`,
  });
});
