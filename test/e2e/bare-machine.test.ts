/** Machines that say little of themselves, as containers do: no home, no entry in the list of users, no name, no environment. */
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Finished, runCommand } from '../support/process.ts';
import { uniqueTopic } from '../support/unique.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const stranger = ['unshare', '--user', '--map-user=12345', '--map-group=12345'];
const nameless = ['unshare', '--uts', 'sh', '-c', 'echo > /proc/sys/kernel/hostname && exec "$@"', 'sh'];

/** True where a process can be put into a namespace of its own. */
async function works(prefix: readonly string[]): Promise<boolean> {
  const [program = '', ...words] = prefix;
  return runCommand(program, [...words, 'true']).then(
    ({ code }) => code === 0,
    () => false,
  );
}

/** Runs `sluice ARGS` with these variables and no others. */
async function bare(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  { prefix = stranger, cwd }: { readonly prefix?: readonly string[]; readonly cwd?: string } = {},
): Promise<Finished> {
  const isPossible = await works(prefix);
  const environment = Object.entries(isPossible ? variables : { HOME: '', ...variables });
  const [program = '', ...words] = [
    ...(isPossible ? prefix : []),
    ...['env', '-i', ...environment.map(([name, value]) => `${name}=${value}`)],
    ...[process.execPath, main, ...args],
  ];
  return runCommand(program, words, cwd === undefined ? {} : { cwd });
}

const nobody = ['--bootstrap-servers', '127.0.0.1:1', '--give-up-after', '500ms'];

test('a user without a home can do whatever needs none', async (t) => {
  const folder = await temporaryFolder(t);
  const table: [args: string[], code: number][] = [
    [['--version'], 0],
    [['--help'], 0],
    [['broker', 'start', '--help'], 0],
    [['broker', 'status', '--data', folder], 3],
    [['broker', 'stop', '--data', folder], 0],
    [['live', 'token', '--watch-key', 'a-key-that-is-long-enough'], 0],
    [['doctor', ...nobody], 4],
    [['list', '--topic', 'files', ...nobody], 4],
  ];
  for (const home of [{}, { HOME: '/nowhere' }, { HOME: '' }]) {
    // Beside one another, for some wait until they may give up.
    const all = await Promise.all(table.map(([args]) => bare(args, home, { cwd: folder })));
    for (const [index, { stderr, ...ended }] of all.entries()) {
      const [args, code] = table[index]!;
      assert.equal(ended.code, code, `${args.join(' ')}: ${stderr}`);
      assert.doesNotMatch(stderr, /\n {4}at |unexpected/);
    }
  }
  assert.deepEqual(await readdir(folder), [], 'a cache was made in the current folder');
});

test('A home below which the system lets nothing be made costs the cache of compiled code, and nothing else', {
  skip: process.platform !== 'linux' && 'only Linux has /proc',
}, async () => {
  // As a home that is mounted when it is looked at, and has no server: making folders ends with ENOENT there, below one that stands.
  for (const place of [{ HOME: '/proc' }, { SLUICE_CACHE: '/proc/sluice-test/a' }]) {
    const { code } = await runCommand(
      'env',
      Object.entries(place)
        .map(([n, v]) => `${n}=${v}`)
        .concat('timeout', '20', process.execPath, main, '--version'),
    );
    assert.equal(code, 0, JSON.stringify(place));
  }
});

test('what needs a home says so in one line, and what to give instead', async (t) => {
  const folder = await temporaryFolder(t);
  const data = ['--data', join(folder, 'data')];
  const table: [args: string[], variables: Record<string, string>, message: RegExp][] = [
    [['broker', 'start'], {}, /^sluice: this user has no home folder .*--data$/],
    [['broker', 'status'], {}, /^sluice: this user has no home folder .*--data$/],
    [['broker', 'stop'], { XDG_DATA_HOME: 'relative' }, /^sluice: this user has no home folder .*--data$/],
    [['broker', 'start', ...data], {}, /^sluice: this user has no home folder .*SLUICE_CACHE$/],
    [
      ['broker', 'start', ...data],
      { HOME: '/dev/null' },
      /^sluice: .*\/dev\/null\/.cache\/sluice .*SLUICE_CACHE$/,
    ],
  ];
  const { PATH = '' } = process.env;
  for (const [args, variables, message] of table) {
    const { code, stderr } = await bare(args, { PATH, ...variables });
    assert.match(stderr.trim().split('\n').at(-1) ?? '', message);
    assert.doesNotMatch(stderr, /\n {4}at /);
    assert.equal(code, 2, args.join(' '));
  }
});

async function upload(t: TestContext) {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.txt'), 'one');
  return [
    'upload',
    '--from',
    folder,
    '--once',
    '--min-age',
    '0',
    '--topic',
    uniqueTopic(),
    '--bootstrap-servers',
    bootstrapServers,
  ];
}

test('files are moved without a home, a name of the user and an environment', async (t) => {
  const { code, stderr } = await bare([...(await upload(t)), '--name', 'till']);
  assert.equal(code, 0, stderr);
});

test('a host without a name asks for one, and needs none then', async (t) => {
  if (!(await works(nameless))) return;
  const args = await upload(t);
  const { code, stderr } = await bare(args, {}, { prefix: nameless });
  assert.match(stderr, /^sluice: this host has no name to go by: choose one with --name\n$/);
  assert.equal(code, 2);
  const named = await bare([...args, '--name', 'till'], {}, { prefix: nameless });
  assert.equal(named.code, 0, named.stderr);
});
