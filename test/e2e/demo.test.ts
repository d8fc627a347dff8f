import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';

const main = fileURLToPath(new URL('../../src/demo/main.ts', import.meta.url));

test('without a terminal the demo verifies its copy, says where it is, and stops by itself', async (t) => {
  const folder = join(await temporaryFolder(t), 'demo');
  const { code, stdout, stderr } = await runCommand(process.execPath, [main, '--folder', folder]);
  t.diagnostic(stdout);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /✓ Both sides read again: 516 files, 285 MB, same names, SHA-256 and times/);
  assert.match(stdout, /✓ Live video: a part of [\d.]+ kB is with a viewer \d+ ms after its last picture/);
  assert.match(stdout, /Live +http:\/\/127\.0\.0\.1:\d+\/\n/);
  assert.match(stdout, new RegExp(`Copy +${join(folder, 'inbox', 'demo')}\n`));
  assert.ok(existsSync(join(folder, 'inbox', 'demo', '写真', '富士山', '朝.jpg')));
});

test('the demo leaves a folder alone that is not its own', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'thesis.txt'), 'years of work');
  const { code, stderr } = await runCommand(process.execPath, [main, '--once', '--folder', folder]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /is there already and not the demo's\. Choose another one: npm run demo -- --folder DIR/,
  );
  assert.ok(existsSync(join(folder, 'thesis.txt')));
});
