/** A system that lets a process open few files: each verb works with less, or says so in one line; none waits for ever. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { craftedChunk } from '../support/crafted.ts';
import { differences } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts `sluice ARGS` as a process that may have so many files open. */
function start(limit: number, args: readonly string[]): ChildProcess {
  const command = [process.execPath, main, ...args];
  return spawn('sh', ['-c', `ulimit -n ${limit}; exec "$@"`, 'sh', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
}

async function run(limit: number, args: readonly string[]) {
  const child = start(limit, args);
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  return { code: code as number | null, stderr };
}

test('With too few files to open, each verb says so in one line, and what to do', async () => {
  const nowhere = ['--topic', 'T', '--bootstrap-servers', '127.0.0.1:1'];
  for (const limit of [22, 26, 63]) {
    for (const args of [['upload', '--from', '/'], ['download', '--to', '/nowhere'], ['list'], ['serve']]) {
      const { code, stderr } = await run(limit, [...args, ...nowhere]);
      assert.equal(code, 2, `${args[0]} with ${limit}: ${stderr}`);
      assert.match(stderr, /^sluice: .* files open at once.*\(ulimit -n .*\n$/);
    }
  }
  for (const limit of [22, 32]) {
    const { code, stderr } = await run(limit, ['--version']);
    assert.deepEqual([code, stderr.split('\n').length], limit === 22 ? [2, 2] : [0, 1], stderr);
  }
});

test('With few files to open, all verbs work, and a downloader of many uploads keeps some for its brokers', async (t) => {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
  await mkdir(source);
  for (let index = 0; index < 20; index++)
    await writeFile(join(source, `f${index}`), noise(index < 4 ? 2_000_000 : 2000));
  const topic = uniqueTopic('few');
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  for (const args of [
    ['upload', '--from', source, '--name', 'desk', '--once', '--min-age', '0'],
    ['download', '--to', sink, '--once'],
    ['list'],
  ]) {
    const { code, stderr } = await run(64, [...args, ...reach]);
    assert.equal(code, 0, `${args[0]}: ${stderr}`);
  }
  assert.equal(await differences(source, join(sink, 'desk')), '');

  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const producer = kafka.producer();
  const half = Array.from({ length: 100 }, (_, index) =>
    craftedChunk({ path: `half${index}`, bytes: noise(2000) }, 0, 1000),
  );
  await Promise.all(half.map((record) => producer.append(topic, 0, record)));
  const downloader = start(64, ['download', '--to', sink, ...reach]);
  t.after(() => downloader.kill('SIGKILL'));
  await waitFor(async () => (await readdir(join(sink, '.sluice/parts'))).length === 100);
  const open = (await readdir(`/proc/${downloader.pid}/fd`)).length;
  assert.ok(open <= 54, `${open} of 64 are open`);
});
