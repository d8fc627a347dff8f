import assert from 'node:assert/strict';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { answerStatus, askAll } from './socket.ts';

async function runtimeFolder(t: TestContext, name: string): Promise<string> {
  const folder = join(await temporaryFolder(t), name);
  await mkdir(folder);
  await chmod(folder, 0o700);
  const before = process.env.XDG_RUNTIME_DIR;
  process.env.XDG_RUNTIME_DIR = folder;
  t.after(() => {
    if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
    else process.env.XDG_RUNTIME_DIR = before;
  });
  return folder;
}

test('A path that has too many bytes for a socket is refused, and nothing is made beside the folder', async (t) => {
  const folder = await runtimeFolder(t, 'é'.repeat(30));
  await assert.rejects(
    answerStatus(() => ({})),
    /too long/,
  );
  assert.deepEqual(await readdir(folder), ['sluice']);
  assert.deepEqual(await readdir(join(folder, '..')), ['é'.repeat(30)]);
});

test('Who connects and reads nothing is let go, and others are answered', async (t) => {
  const folder = join(await runtimeFolder(t, 'run'), 'sluice');
  const large = 'x'.repeat(2_000_000);
  const stop = await answerStatus(() => ({ large }));
  t.after(() => stop());
  const [name = ''] = await readdir(folder);
  const silent = connect(join(folder, name)).pause();
  t.after(() => silent.destroy());
  const isGone = new Promise((resolve) => silent.once('error', resolve).once('close', resolve));
  assert.deepEqual(await askAll(), { answers: [{ large }], silent: [] });
  const timer = setInterval(() => silent.write('?'), 100);
  t.after(() => clearInterval(timer));
  await isGone;
});

test('A process that takes a question and does not answer is named', async (t) => {
  const folder = join(await runtimeFolder(t, 'run'), 'sluice');
  const stop = await answerStatus(() => ({ mine: true }));
  t.after(() => stop());
  // As one that was stopped: the system takes the connection for it.
  const frozen = createServer();
  t.after(() => frozen.close());
  frozen.on('connection', (socket) => t.after(() => socket.destroy()));
  await new Promise<void>((resolve) => frozen.listen(join(folder, '4711-abcdef01.sock'), resolve));
  assert.deepEqual(await askAll(100), { answers: [{ mine: true }], silent: [4711] });
});
