import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceFile } from '../../stores/contract.ts';
import { MemorySource } from '../../stores/memory/source.ts';
import { MovedFiles } from './moved-files.ts';

const onTopic = async () => () => true;
const isBusy = (): boolean => false;

async function filled(): Promise<{ source: MemorySource; files: SourceFile[] }> {
  const source = new MemorySource();
  for (const path of ['a', 'b', 'c']) source.write(path, Buffer.from(path));
  const everything = { file: () => true, folder: () => true };
  return { source, files: await Array.fromAsync(source.list(everything, () => {})) };
}

test('Nothing is removed before it is remembered that it was sent', async () => {
  const { source, files } = await filled();
  const written = Promise.withResolvers<void>();
  const moved = new MovedFiles({
    source,
    isBusy,
    remembered: () => written.promise,
    onTopic,
    onEvent: () => {},
    kept: () => {},
  });
  for (const file of files) moved.sent(file);
  await new Promise(setImmediate);
  assert.equal(source.paths().length, 3);
  written.resolve();
  await moved.done();
  assert.deepEqual(source.paths(), []);
});

test('What cannot be remembered is not removed', async () => {
  const { source, files } = await filled();
  const remembered = () => Promise.reject(new Error('the state cannot be written'));
  const moved = new MovedFiles({ source, isBusy, remembered, onTopic, onEvent: () => {}, kept: () => {} });
  for (const file of files) moved.sent(file);
  await new Promise(setImmediate);
  await assert.rejects(moved.done(), /cannot be written/);
  assert.equal(source.paths().length, 3);
});

test('A file that could not be removed is told once, and a newer one of its name is removed all the same', async () => {
  const { source, files } = await filled();
  let refuses = true;
  const removeIfSame = source.removeIfSame.bind(source);
  source.removeIfSame = async (file) => {
    if (refuses) throw new Error('EACCES: permission denied');
    return removeIfSame(file);
  };
  const told: string[] = [];
  const moved = new MovedFiles({
    source,
    isBusy,
    remembered: async () => {},
    onTopic,
    onEvent: ({ type }) => told.push(type),
    kept: () => {},
  });
  for (let walks = 0; walks < 3; walks++) {
    moved.sent(files[0]!);
    await moved.done();
  }
  assert.deepEqual(told, ['not-removed']);
  refuses = false;
  source.write('a', Buffer.from('newer'));
  moved.sent((await source.look('a'))!);
  await moved.done();
  assert.deepEqual(told, ['not-removed', 'removed']);
});

test('A name stays while another one of the same file is being sent, and goes with the last of them', async () => {
  const { source, files } = await filled();
  const [a, b, c] = files.map((file, index) => (index === 2 ? file : { ...file, body: '1:2' }));
  const busy = new Set(['a', 'b']);
  const removed: string[] = [];
  const moved = new MovedFiles({
    source,
    isBusy: (path) => busy.has(path),
    remembered: async () => {},
    onTopic,
    onEvent: (event) => removed.push('path' in event ? event.path : event.type),
    kept: () => {},
  });
  const send = (file: SourceFile): void => {
    moved.sent(file);
    busy.delete(file.path);
  };
  for (const file of [a, b, c]) moved.comes(file!);
  send(a!);
  send(c!);
  await moved.done();
  assert.deepEqual(removed, ['c']);
  send(b!);
  await moved.done();
  assert.deepEqual(removed, ['c', 'a', 'b']);
});
