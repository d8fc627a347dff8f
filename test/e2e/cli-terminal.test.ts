/** The display on a real pseudo-terminal, which `script` of the system gives. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { uniqueTopic } from '../support/unique.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const start = String.fromCharCode(27);

/** What a terminal is sent by an upload of one file. */
async function uploadOnTerminal(t: TestContext, env: Record<string, string>) {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'photo.jpg'), 'x'.repeat(5000));
  const { bootstrapServers } = await testBroker();
  const words = [
    'upload',
    '--from',
    folder,
    '--topic',
    uniqueTopic(),
    '--bootstrap-servers',
    bootstrapServers,
  ];
  const command = [process.execPath, main, ...words, '--once', '--min-age', '0'];
  const quoted = command.map((word) => `'${word}'`).join(' ');
  const onMac = ['-q', '/dev/null', ...command];
  const args = process.platform === 'darwin' ? onMac : ['-qefc', quoted, '/dev/null'];
  // Node gives no colours to a machine that says it is a CI, terminal or not.
  const plain = { TERM: 'xterm-256color', NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined };
  return runCommand('script', args, { env: { ...plain, ...env } });
}

test('a terminal shows a line for the file and the summary, in colours', async (t) => {
  const { code, stdout } = await uploadOnTerminal(t, {});
  assert.equal(code, 0, stdout);
  assert.match(stdout, /Sending .* to topic /);
  assert.match(stdout, /✓.* photo\.jpg {2}.*5 kB/);
  assert.match(stdout, /Sent 1 file, 5 kB,.* in /);
  assert.ok(stdout.includes(`${start}[32m`));
});

test('NO_COLOR is respected', async (t) => {
  const { code, stdout } = await uploadOnTerminal(t, { NO_COLOR: '1' });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /✓ photo\.jpg {2}5 kB/);
  assert.doesNotMatch(stdout, new RegExp(`${start}\\[\\d+m`));
});

test('a terminal that cannot move its cursor gets log lines', async (t) => {
  const { stdout } = await uploadOnTerminal(t, { TERM: 'dumb' });
  assert.match(stdout, /"msg":"sent"/);
});
