/** Files from end to end as a user sends them: spawned commands, a real Kafka. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { sha256 } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

interface Line {
  readonly type?: string;
  readonly [field: string]: unknown;
}

function lines(stdout: string): Line[] {
  const texts = stdout.split('\n').filter((line) => line !== '');
  return texts.map((line) => JSON.parse(line));
}

async function fill(folder: string, contents: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of contents) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

async function environment(): Promise<Record<string, string>> {
  const { bootstrapServers } = await testBroker();
  return { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: uniqueTopic(), SLUICE_MIN_AGE: '0' };
}

test('upload, list, cat and download, told in JSON', async (t) => {
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  const contents = new Map<string, Uint8Array>([
    ['film.bin', randomBytes(3_000_000)],
    ['sub/写真 1.jpg', randomBytes(20_000)],
    ['empty', Buffer.alloc(0)],
  ]);
  await fill(from, contents);
  const env = await environment();

  const upload = await runSluice(['upload', '--from', from, '--name', 'till', '--once', '--json'], { env });
  assert.equal(upload.code, 0, upload.stderr);
  const sent = lines(upload.stdout);
  const told = sent.map(({ type }) => type);
  assert.ok(told.indexOf('started') < told.indexOf('sent'), told.join(' '));
  assert.deepEqual(
    new Map(sent.flatMap(({ type, path, digest }) => (type === 'sent' ? [[path, digest]] : []))),
    new Map([...contents].map(([path, bytes]) => [path, `sha256:${sha256(bytes)}`])),
  );
  const { seconds, records, wireBytes, ...summary } = sent.at(-1) ?? {};
  const expected = { files: 3, bytes: 3_020_000, failed: 0, unchanged: 0, interrupted: false };
  assert.deepEqual(summary, { type: 'summary', verb: 'upload', ...expected });
  for (const number of [seconds, records, wireBytes]) assert.equal(typeof number, 'number');

  const listed = lines((await runSluice(['list', '--json'], { env })).stdout);
  assert.deepEqual(
    new Map(listed.map(({ uploader, path, size, state }) => [`${uploader}/${path}`, `${size} ${state}`])),
    new Map([...contents].map(([path, bytes]) => [`till/${path}`, `${bytes.length} complete`])),
  );

  const download = await runSluice(['download', '--to', to, '--once', '--json'], { env });
  assert.equal(download.code, 0, download.stderr);
  const received = lines(download.stdout);
  assert.equal(received.filter(({ type }) => type === 'received').length, 3);
  assert.deepEqual([received.at(-1)?.type, received.at(-1)?.verb], ['summary', 'download']);
  const { code, stdout } = await runCommand('diff', ['-r', from, join(to, 'till')]);
  assert.equal(code, 0, stdout);
});

test('cat goes through a pipe unchanged, and ends quietly when its reader has seen enough', async (t) => {
  const from = await temporaryFolder(t);
  const bytes = randomBytes(5_000_000);
  await fill(from, new Map([['film.bin', bytes]]));
  const env = await environment();
  const upload = await runSluice(['upload', '--from', from, '--name', 'till', '--once'], { env });
  assert.equal(upload.code, 0, upload.stderr);
  const shell = (pipeline: string) =>
    runCommand('bash', ['-o', 'pipefail', '-c', pipeline, process.execPath], { env });
  const cat = `"$0" src/cli/main.ts cat till/film.bin`;
  assert.equal((await shell(`${cat} | sha256sum`)).stdout.split(' ')[0], sha256(bytes));
  const head = await shell(`${cat} | head -c 10 | wc -c`);
  assert.deepEqual([head.code, head.stdout.trim(), head.stderr], [0, '10', '']);
  const absent = await runSluice(['cat', 'till/absent'], { env });
  assert.equal(absent.code, 2);
  assert.match(absent.stderr, /^sluice: .*absent/);
});

test('a dry run lists on stdout and sends nothing; a configuration file is enough', async (t) => {
  const folder = await temporaryFolder(t);
  const from = join(folder, 'from');
  await fill(
    from,
    new Map([
      ['a.txt', Buffer.from('one')],
      ['b.log', Buffer.from('two')],
    ]),
  );
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic();
  const config = join(folder, 'client.properties');
  const settings = { from, topic, 'min.age': '0', once: 'true', exclude: '*.log', name: 'till' };
  const properties = Object.entries(settings).map(([name, value]) => `sluice.${name} = ${value}`);
  await writeFile(config, [`bootstrap.servers = ${bootstrapServers}`, ...properties].join('\n'));

  const dry = await runSluice(['upload', '--config', config, '--dry-run']);
  assert.equal(dry.code, 0, dry.stderr);
  assert.equal(dry.stdout, 'new            3 B  a.txt\n');
  assert.match(dry.stderr, /1 file, 3 B, would be sent\.\n$/);

  const wet = await runSluice(['upload', '--config', config]);
  assert.equal(wet.code, 0, wet.stderr);
  const list = await runSluice(['list', '--config', config]);
  assert.match(list.stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +3 B {2}complete {4}till\/a\.txt\n$/);
  assert.equal(list.stderr, '1 file, 3 B\n');

  const tight = ['--max-in-flight', '900KB', '--chunk-size', '400KB'];
  const refused = await runSluice(['upload', '--config', config, ...tight, '--dry-run']);
  assert.match(refused.stderr, /--chunk-size 400000 does not fit into --buffer-bytes 900000/);
  assert.equal(refused.code, 2);
});

test('--generate makes one file with --once, and it is sent', async (t) => {
  const folder = await temporaryFolder(t);
  const from = join(folder, 'made');
  const args = ['upload', '--from', from, '--name', 'till', '--once', '--generate', '100KB', '--json'];
  const { code, stdout, stderr } = await runSluice(args, { env: await environment() });
  assert.equal(code, 0, stderr);
  const [name = ''] = await readdir(from);
  const sent = lines(stdout).find(({ type }) => type === 'sent');
  assert.equal(sent?.digest, `sha256:${sha256(await readFile(join(from, name)))}`);
  assert.equal(sent?.size, 100_000);
});

test('a file that cannot stand at the sink: named, exit code 3, and the others are there', async (t) => {
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await fill(
    from,
    new Map([
      ['a.txt', Buffer.from('one')],
      ['b.txt', Buffer.from('two')],
    ]),
  );
  const env = await environment();
  const upload = await runSluice(['upload', '--from', from, '--name', 'till', '--once'], { env });
  assert.equal(upload.code, 0, upload.stderr);
  await mkdir(join(to, 'till', 'a.txt'), { recursive: true });
  const { code, stdout, stderr } = await runSluice(['download', '--to', to, '--once', '--json'], { env });
  assert.equal(code, 3, stderr);
  const failed = lines(stdout).filter(({ type }) => type === 'failed');
  assert.deepEqual(
    failed.map(({ path, reason }) => [path, reason]),
    [['a.txt', 'sink']],
  );
  assert.equal(await readFile(join(to, 'till', 'b.txt'), 'utf8'), 'two');
});

test('without a terminal a run is told in log lines', async (t) => {
  const from = await temporaryFolder(t);
  await fill(from, new Map([['a.txt', Buffer.from('one')]]));
  const env = await environment();
  const { code, stdout, stderr } = await runSluice(['upload', '--from', from, '--once'], { env });
  assert.equal(code, 0);
  assert.equal(stdout, '');
  const messages = lines(stderr).map(({ msg }) => msg);
  assert.deepEqual(messages, ['started', 'sent', 'upload ended']);
  const quiet = await runSluice(['upload', '--from', from, '--once', '--quiet'], { env });
  assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);
});
