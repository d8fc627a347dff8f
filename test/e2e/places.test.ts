/** Places that are none: URLs of stores that there are not, and the current folder when it has been removed. */
import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { download, record, upload } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { runSluice } from '../support/sluice.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const nobody = ['--bootstrap-servers', '127.0.0.1:1', '--give-up-after', '300ms'];

test('a URL that no store goes by is refused by every flag of a place, and any by those of a path; nothing is made', async (t) => {
  const cwd = await temporaryFolder(t);
  const files = ['--topic', 'files', '--once', ...nobody];
  const table: string[][] = [];
  for (const url of ['s3a://bucket/x', 's3:/bucket', 'nas:/export']) {
    table.push(
      ['download', '--to', url, ...files],
      ['upload', '--from', url, ...files],
      ['upload', '--from', url, '--generate', '10KB', ...files],
      ['doctor', '--from', url, ...nobody],
      ['doctor', '--to', url, ...nobody],
    );
  }
  for (const url of ['s3://bucket/x', 's3:/bucket', 'azblob://c/p', 'nas:/export']) {
    table.push(
      ['list', '--topic', 'files', '--config', url],
      ['live', 'record', '--stream', 'cam', '--out', url, ...nobody],
      ['serve', '--tls-cert', url, '--tls-key', url],
      ['broker', 'start', '--data', url],
      ['broker', 'status', '--data', url],
    );
  }
  await Promise.all(
    table.map(async (args) => {
      const { code, stdout, stderr } = await runSluice(args, { cwd });
      assert.match(
        stderr,
        /^sluice: --[a-z-]+: "[^"]*" looks like a URL.*there are: paths.*\n$/,
        args.join(' '),
      );
      assert.equal(code, 2);
      assert.equal(stdout, '');
    }),
  );
  assert.deepEqual(await readdir(cwd), []);
});

test('the library refuses it as well', async () => {
  const kafka = { 'bootstrap.servers': '127.0.0.1:1' };
  const common = { topic: 'files', kafka, giveUpAfter: 100, once: true };
  const refused = { name: 'ConfigurationError', message: /^"s3a?:.* looks like a URL/ };
  for (const place of ['s3a://bucket/x', 's3:/bucket']) {
    await assert.rejects(upload({ ...common, from: place }), refused);
    await assert.rejects(download({ ...common, to: place }), refused);
    await assert.rejects(record({ kafka, giveUpAfter: 100, stream: 'cam', out: place }), refused);
  }
  const empty = { name: 'ConfigurationError', message: /is empty/ };
  await assert.rejects(upload({ ...common, from: '' }), empty);
  await assert.rejects(download({ ...common, to: '' }), empty);
});

test('the URL of a file is a path', async (t) => {
  const folder = join(await temporaryFolder(t), 'with space');
  await mkdir(folder);
  const config = join(folder, 'client.properties');
  await writeFile(config, 'sluice.topic = from/file\n');
  const { stderr } = await runSluice(['list', '--config', pathToFileURL(config).href]);
  assert.match(
    stderr,
    /^sluice: sluice\.topic \([^)]*client\.properties, line 1\): "from\/file" is no topic name/,
  );
  const args = [
    'upload',
    '--from',
    pathToFileURL(join(folder, 'absent')).href,
    '--topic',
    'files',
    '--once',
    ...nobody,
  ];
  assert.match((await runSluice(args)).stderr, /cannot read the folder .*\/with space\/absent/);
});

test('a current folder that was removed is said, and does not matter to whole paths', async (t) => {
  const folder = await temporaryFolder(t);
  const script = 'mkdir gone && cd gone && rmdir "$PWD" && exec "$@"';
  const run = (...args: string[]) =>
    runCommand('sh', ['-c', script, 'sh', process.execPath, main, ...args], { cwd: folder });
  const files = ['--topic', 'files', '--once', ...nobody];
  for (const args of [
    ['upload', '--from', '.', ...files],
    ['download', '--to', 'copies', ...files],
  ]) {
    const { code, stderr } = await run(...args);
    assert.match(stderr, /^sluice: \S+ begins at the current folder, which has been removed: .*\n$/);
    assert.equal(code, 2);
  }
  assert.equal((await run('upload', '--from', folder, ...files)).code, 4);
  assert.equal((await run('download', '--to', join(folder, 'copies'), ...files)).code, 4);
  assert.equal((await run('--version')).code, 0);
});
