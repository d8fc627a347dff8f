/** The executables as somebody has them who has nothing else: `npm run test:executable`. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand, startCommand } from '../support/process.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { archiveOf, programOf, type Tried, tried } from './targets.ts';

const project = join(import.meta.dirname, '../..');
const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));

/** Nothing of this machine's Node, nor of a home. */
const environment = {
  HOME: undefined,
  NODE_PATH: undefined,
  NODE_OPTIONS: undefined,
  XDG_RUNTIME_DIR: undefined,
};

async function ground(t: TestContext, { command, before }: Tried) {
  const { bootstrapServers } = await testBroker();
  const [cwd, topic] = [await temporaryFolder(t), uniqueTopic()];
  const reach = ['--bootstrap-servers', bootstrapServers, '--topic', topic];
  const run = (args: readonly string[], env = {}) =>
    runCommand(command, [...before, ...args], { cwd, env: { ...environment, ...env } });
  const start = (args: readonly string[]) =>
    startCommand(command, [...before, ...args], { cwd, env: environment }, t);
  const succeed = async (args: readonly string[], env = {}) => {
    const finished = await run(args, env);
    assert.equal(finished.code, 0, `${args.join(' ')}: ${finished.stdout}${finished.stderr}`);
    return finished;
  };
  return { cwd, reach, run, start, succeed };
}

/** Names in other scripts, folders, an empty file, and one of many chunks. */
async function tree(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (let number = 0; number < 40; number += 1)
    files.set(`folder ${number % 4}/файл-${number}.txt`, Buffer.from(`line ${number}\n`.repeat(number * 50)));
  files.set('large.bin', Buffer.alloc(6_000_000, Buffer.from(Array.from({ length: 251 }, (_, at) => at))));
  for (const [name, bytes] of files) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return files;
}

/** Whatever a page is made of: what its text names, and what that imports. */
async function everyPart(page: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const look = async (url: string): Promise<void> => {
    if (found.has(url)) return;
    const answer = await fetch(url);
    found.set(url, answer.status);
    const text = await answer.text();
    const named = [...text.matchAll(/(?:src|href)="([^"#]+)"|(?:from|import\()\s*['"](\.[^'"]+\.m?js)['"]/g)];
    for (const [, tag, imported] of named) await look(new URL(tag ?? imported ?? '', url).href);
  };
  await look(page);
  return found;
}

for (const target of tried) {
  test(`${target.name}: says what it is, and carries what it needs`, async (t) => {
    const { succeed, run, reach } = await ground(t, target);
    assert.equal((await succeed(['--version'])).stdout, `${version}\n`);
    assert.match((await succeed(['upload', '--help'])).stdout, /--from/);
    const { code, stderr } = await run(['ingest', '--whip-port', '0', ...reach]);
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /^sluice: --whip-port needs a package that is not within this executable.*npm install -g sluice node-datachannel/,
    );
  });

  test(`${target.name}: a tree goes up and comes down`, async (t) => {
    const { cwd, reach, succeed } = await ground(t, target);
    const files = await tree(join(cwd, 'outbox'));
    const env = { TMPDIR: join(cwd, 'temporary') };
    await mkdir(env.TMPDIR);
    for (const compression of ['snappy', 'zstd']) {
      const name = ['--name', compression];
      const sending = [
        'upload',
        '--from',
        'outbox',
        '--min-age',
        '0',
        '--once',
        '--compression',
        compression,
      ];
      const { stderr } = await succeed([...sending, ...name, ...reach], env);
      assert.doesNotMatch(stderr, /addon/);
    }
    await succeed(['download', '--to', 'inbox', '--once', ...reach], env);
    const left = (await readdir(env.TMPDIR)).filter((name) => name.startsWith('sluice-addon'));
    assert.deepEqual(left, []);
    for (const [name, bytes] of files) {
      for (const uploader of ['snappy', 'zstd'])
        assert.ok(bytes.equals(await readFile(join(cwd, 'inbox', uploader, name))), name);
    }
    await succeed(['verify', '--to', 'inbox', ...reach]);
  });

  test(`${target.name}: extended attributes go along`, async (t) => {
    const { cwd, reach, succeed } = await ground(t, target);
    await mkdir(join(cwd, 'outbox'));
    await writeFile(join(cwd, 'outbox', 'a'), 'text');
    const sending = ['upload', '--from', 'outbox', '--min-age', '0', '--once', '--xattrs', '--name', 'shop'];
    await succeed([...sending, ...reach]);
    await succeed(['download', '--to', 'inbox', '--xattrs', '--once', ...reach]);
    assert.equal(await readFile(join(cwd, 'inbox', 'shop', 'a'), 'utf8'), 'text');
  });

  test(`${target.name}: the console and its page, schemas and plans are within`, async (t) => {
    const { cwd, reach, start, succeed } = await ground(t, target);
    const console = start([
      'console',
      '--json',
      '--port',
      '0',
      '--spool-folder',
      join(cwd, 'spool'),
      ...reach,
    ]);
    const url = await waitFor(() => /"url":"([^"]+)"/.exec(console.output.stdout)?.[1], {
      what: 'the address of the console',
    });
    const parts = await everyPart(url);
    assert.deepEqual(
      [...parts].filter(([, status]) => status !== 200),
      [],
    );
    assert.ok(parts.size > 20, [...parts.keys()].join('\n'));
    const dropped = await fetch(new URL('uploads/', url), { method: 'OPTIONS' });
    assert.equal(dropped.headers.get('tus-version'), '1.0.0');
    console.child.kill('SIGTERM');
    assert.equal((await console.finished).code, 0);
    assert.equal(
      JSON.parse((await succeed(['schema', 'show', 'upload'])).stdout).$id,
      'urn:sluice:schema:upload',
    );
    const plan = ['topic', 'plan', '--files-per-day', '1000', '--average-size', '1MB'];
    assert.match((await succeed(plan)).stdout, /partitions/);
  });

  test(`${target.name}: the page is served, and what is published beside it`, async (t) => {
    const { reach, start } = await ground(t, target);
    const server = start(['serve', '--json', '--port', '0', ...reach]);
    const url = await waitFor(() => /"url":"([^"]+)"/.exec(server.output.stdout)?.[1], {
      what: 'the address of the server',
    });
    for (const path of ['/', '/assets/main.js', '/assets/hls.mjs']) {
      const answer = await fetch(`${url}${path}`);
      assert.equal(answer.status, 200, path);
      assert.ok((await answer.text()).length > 500, path);
    }
    const picture = ['--size', '160x90', '--bitrate', '100k', '--preset', 'ultrafast'];
    const publisher = start(['live', 'publish', '--stream', 'cam', '--input', 'test', ...picture, ...reach]);
    const list = await waitFor(
      async () => {
        const answer = await fetch(`${url}/live/cam/90p/live.m3u8`).catch(() => undefined);
        const text = answer?.ok ? await answer.text() : '';
        return text.includes('#EXTINF') ? text : undefined;
      },
      { what: 'a segment', timeout: 120_000 },
    );
    const part = /^[^#].*\.m4s.*$/m.exec(list)?.[0] ?? '';
    assert.ok(
      (await (await fetch(new URL(part, `${url}/live/cam/90p/live.m3u8`))).arrayBuffer()).byteLength > 1000,
    );
    publisher.child.kill('SIGTERM');
    assert.equal((await publisher.finished).code, 130);
  });
}

test('Where nothing can be written it goes on without its addon, and says so', async (t) => {
  const { bootstrapServers } = await testBroker();
  const reach = ['--bootstrap-servers', bootstrapServers, '--topic', uniqueTopic()];
  const program = programOf(`linux-${process.arch}`);
  const send = [
    program,
    'upload',
    '--from',
    join(project, 'docs/examples'),
    '--name',
    'shop',
    '--once',
    ...reach,
  ];
  const closed =
    'for folder in / /tmp; do ! mountpoint -q $folder || mount -o remount,bind,ro $folder; done; mount -t tmpfs -o ro none /dev/shm; exec "$@"';
  const { code, stderr } = await runCommand('unshare', ['--mount', 'sh', '-c', closed, 'sh', ...send], {
    env: environment,
  });
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /^sluice: checksums take more processor time .* no folder lets their addon be loaded/m,
  );
  const inbox = join(await temporaryFolder(t), 'inbox');
  const { code: received } = await runCommand(program, ['download', '--to', inbox, '--once', ...reach], {
    env: environment,
  });
  assert.equal(received, 0);
  assert.ok((await stat(join(inbox, 'shop'))).isDirectory());
});

test('What is fetched of them is no larger than was promised', async () => {
  for (const { name } of tried) assert.ok((await stat(archiveOf(name))).size <= 32_000_000, name);
});
