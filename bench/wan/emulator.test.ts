import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { waitFor } from '../../test/support/wait.ts';
import { type Link, linkUp } from './emulator.ts';

const run = promisify(execFile);
const line = { rtt: 60, rate: 100, loss: 0 };

/** Namespaces are Linux's, and made by root. */
const isPossible = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/dev/net/tun');

/** Ms until the far side refuses a connection, which takes one round trip; undefined where no answer came for a second. */
async function refusal(link: Link): Promise<number | undefined> {
  const script = `
    const started = performance.now();
    const socket = require('node:net').connect(9, '10.99.0.2');
    socket.once('error', () => { console.log(performance.now() - started); process.exit(); });
    setTimeout(() => process.exit(), 1000);`;
  const [command, ...args] = link.command('near', [process.execPath, '-e', script]);
  const { stdout } = await run(command, args);
  return stdout === '' ? undefined : Number(stdout);
}

test('a link delays as it is told, carries nothing while it is cut, and stands beside another one', async (t) => {
  if (!isPossible) return;
  const [link, other] = await Promise.all([linkUp(line), linkUp({ ...line, rtt: 5 })]);
  t.after(() => Promise.all([link.down(), other.down()]));
  const first = await refusal(link);
  assert.ok(first !== undefined && first >= 60, `answered after ${first} ms`);
  link.cut();
  assert.equal(await refusal(link), undefined);
  assert.ok((await refusal(other)) !== undefined);
  link.mend();
  // It reads both at once.
  process.kill(link.pid, 'SIGSTOP');
  link.set(line);
  link.set({ ...line, rtt: 200 });
  process.kill(link.pid, 'SIGCONT');
  const slower = await refusal(link);
  assert.ok(slower !== undefined && slower >= 200, `answered after ${slower} ms`);
});

test('nothing is left of a link, nor of what runs at its sides, when its owner was killed', async () => {
  if (!isPossible) return;
  const owner = spawn(
    process.execPath,
    [
      '-e',
      `const { spawn } = require('node:child_process');
       import('${new URL('emulator.ts', import.meta.url)}').then(async ({ linkUp }) => {
         const link = await linkUp({ rtt: 1, rate: 1, loss: 0 });
         const [command, ...args] = link.command('near', ['sleep', '600']);
         console.log(link.pid + ' ' + spawn(command, args).pid);
       });`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [text] = (await once(owner.stdout, 'data')) as [Buffer];
  const pids = String(text).trim().split(' ').map(Number);
  assert.equal(pids.length, 2);
  owner.kill('SIGKILL');
  await waitFor(() => pids.every((pid) => !isRunning(pid)), { what: 'the end of both' });
});

function isRunning(pid: number): boolean {
  // One that has ended and that nobody has waited for has no memory any more.
  return existsSync(`/proc/${pid}/exe`);
}
