/** Debian's Varnish with the configuration that is in `deploy/varnish`, on a port and in a folder of a test's own. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/broker/ports.ts';
import type { Owner } from '../support/owner.ts';
import { startCommand } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

const configuration = new URL('../../deploy/varnish/sluice.vcl', import.meta.url);
const host = '127.0.0.1';

/** Resolves with its URL, without a slash at its end, once it answers. `server`: `HOST:PORT` of `sluice serve`. */
export async function startVarnish(owner: Owner, server: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-varnish-'));
  owner.after(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort(host, new Set());
  const [name = '', serverPort = ''] = server.split(':');
  let text = await readFile(configuration, 'utf8');
  for (const [from, to] of [
    ['.host = "127.0.0.1";', `.host = "${name}";`],
    ['.port = "8080";', `.port = "${serverPort}";`],
  ] as const) {
    assert.ok(text.includes(from), `the configuration has "${from}"`);
    text = text.replace(from, to);
  }
  await writeFile(join(folder, 'sluice.vcl'), text);
  const { child, output, finished } = startCommand('varnishd', [
    ...['-F', '-n', join(folder, 'work'), '-a', `${host}:${port}`, '-f', join(folder, 'sluice.vcl')],
    ...['-s', 'malloc,256M', '-j', 'none', '-p', 'thread_pool_min=50', '-p', 'vcc_allow_inline_c=off'],
  ]);
  // Asked to: killed, it leaves the process behind that serves.
  owner.after(async () => {
    child.kill('SIGTERM');
    await finished;
  });
  const url = `http://${host}:${port}`;
  await waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(output.stderr);
      return (await fetch(`${url}/metrics`)).status === 404;
    },
    { what: 'a Varnish that answers' },
  );
  return url;
}
