/** Output that cannot be written: the reader has gone, or the disk is full. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { redirectSluice, runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const full = '>/dev/full';
/** `true` reads nothing and ends long before anything is written. */
const gone = '| true';
const noStack = /\n {4}at |Unhandled/;
const oneLine = /^sluice: standard output cannot be written \(ENOSPC[^\n]*\n$/;

const nobody = ['--bootstrap-servers', '127.0.0.1:1', '--give-up-after', '500ms'];
const silent: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ['help', 'upload'],
  ['upload', '--help'],
  ['live', '--help'],
  ['live', 'publish', '--help'],
  ['broker', 'status', '--help'],
  ['broker', 'stop', '--data', '/nowhere'],
  ['live', 'token', '--watch-key', 'a-key-that-is-long-enough'],
  ['doctor', ...nobody],
  ['doctor', ...nobody, '--json'],
];

test('a reader that has gone ends whatever is printed, quietly', async () => {
  for (const args of silent) {
    const { code, stderr } = await redirectSluice(gone, args);
    assert.equal(stderr, '', args.join(' '));
    assert.equal(code, 0, args.join(' '));
  }
});

test('a full disk ends whatever is printed with one line and exit code 1', async () => {
  for (const args of silent) {
    const { code, stderr } = await redirectSluice(full, args);
    assert.match(stderr, oneLine, args.join(' '));
    assert.equal(code, 1, args.join(' '));
  }
});

test('what a verb has found out by then stays its exit code', async () => {
  for (const words of [[], ['--json']]) {
    const args = ['broker', 'status', '--data', '/nowhere', ...words];
    assert.equal((await redirectSluice(gone, args)).code, 3);
    const { code, stderr } = await redirectSluice(full, args);
    assert.match(stderr, oneLine);
    assert.equal(code, 3);
  }
});

test('a log that cannot be written changes nothing', async () => {
  for (const redirection of ['2>/dev/full', '2>&1 >/dev/null | true', '2>&-']) {
    const { code } = await redirectSluice(redirection, ['doctor', ...nobody, '--log-level', 'trace']);
    assert.equal(code, 4, redirection);
    assert.equal((await redirectSluice(redirection, ['upload'])).code, 2, redirection);
  }
});

test('a limit of file sizes is an error as a full disk is', async (t) => {
  const file = join(await temporaryFolder(t), 'out');
  const script = 'ulimit -f 0; "$@" >"$0"';
  const { code, signal, stderr } = await runCommand('sh', [
    '-c',
    script,
    file,
    process.execPath,
    main,
    '--help',
  ]);
  assert.deepEqual([code, signal], [1, null]);
  assert.match(stderr, /^sluice: standard output cannot be written \(EFBIG[^\n]*\n$/);
});

async function sentTopic(t: TestContext) {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'large.bin'), Buffer.alloc(3_000_000, 7));
  await writeFile(join(folder, 'small.txt'), 'one');
  const common = ['--topic', uniqueTopic(), '--bootstrap-servers', bootstrapServers];
  const args = ['upload', '--from', folder, '--once', '--min-age', '0', '--name', 'till', ...common];
  return { common, args };
}

test('what comes from a topic ends so too', async (t) => {
  const { common, args } = await sentTopic(t);
  assert.equal((await runSluice(args)).code, 0);
  for (const reading of [
    ['list', ...common],
    ['list', '--json', ...common],
    ['cat', 'till/large.bin', ...common],
    ['cat', 'till/small.txt', ...common],
    [...args, '--resend', '--dry-run', '--json'],
  ]) {
    const atFull = await redirectSluice(full, reading);
    assert.match(atFull.stderr, /sluice: standard output cannot be written \(ENOSPC[^\n]*\n$/);
    assert.doesNotMatch(atFull.stderr, noStack);
    assert.equal(atFull.code, 1, reading.join(' '));
    const atGone = await redirectSluice(gone, reading);
    assert.doesNotMatch(atGone.stderr, /sluice:|at /);
    assert.equal(atGone.code, reading[0] === 'upload' ? 130 : 0, reading.join(' '));
  }
});

test('an upload ends in good order, and says why', async (t) => {
  const { args, common } = await sentTopic(t);
  const atFull = await redirectSluice(full, [...args, '--json']);
  assert.match(atFull.stderr, oneLine);
  assert.equal(atFull.code, 1);
  const atGone = await redirectSluice(gone, [...args, '--json', '--resend']);
  assert.equal(atGone.stderr, '');
  assert.equal(atGone.code, 130);
  // Nothing of it stands in the way of the next run.
  assert.equal((await runSluice(args)).code, 0);
  assert.equal((await runSluice(['cat', 'till/small.txt', ...common])).stdout, 'one');
});
