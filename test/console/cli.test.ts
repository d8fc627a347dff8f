/** `sluice console` as a process: tokens that it makes let somebody in, and nobody else gets in. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConsoleToken } from '../../src/console/http/access/tokens.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';

test('A console that others can reach wants to know them, and tokens are made with its key', async (t) => {
  const [open, unknown] = await Promise.all([
    runSluice(['console', '--host', '0.0.0.0', '--port', '0']),
    runSluice(['console', '--oidc-role', 'ops=king']),
  ]);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /on 0\.0\.0\.0 others can reach the console: say who may by --console-key FILE/);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /is not VALUE=ROLE, with one of the roles look, fetch, send, administer/);
  const key = 'a key of thirty-two characters..';
  const file = join(await temporaryFolder(t), 'console.key');
  await writeFile(file, `${key}\n`);
  const args = ['console', 'token', '--role', 'send', '--name', 'ann', '--expires', '7d', '--json'];
  const made = await runSluice(args, { env: { SLUICE_CONSOLE_KEY: file } });
  const { token, role, expires } = JSON.parse(made.stdout) as {
    token: string;
    role: string;
    expires: number;
  };
  assert.deepEqual([made.code, role], [0, 'send']);
  assert.equal(readConsoleToken(key, token, expires - 1001)?.user, 'ann');
  const short = await runSluice(['console', 'token', '--console-key', 'short']);
  assert.match(
    short.stderr,
    /--console-key: neither a file, nor a key of 16 characters or more; make one by: openssl rand -hex 32 > console\.key/,
  );
});
