import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../src/broker/ports.ts';
import { stopBroker } from '../../src/broker/running.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kcat } from '../support/kcat.ts';
import { redirectSluice, runSluice, startSluice } from '../support/sluice.ts';
import { waitFor } from '../support/wait.ts';

test('a broker left running is found, refused a second start, and stopped', async (t) => {
  const data = join(await temporaryFolder(t), 'broker');
  t.after(() => stopBroker(data));
  const place = ['--data', data];
  assert.equal((await runSluice(['broker', 'status', ...place])).code, 3);

  const started = await runSluice(['broker', 'start', '--detach', '--port', '0', '--json', ...place]);
  assert.equal(started.code, 0, started.stderr);
  const { bootstrapServers, nodes } = JSON.parse(started.stdout);
  const metadata = JSON.parse((await kcat(['-b', bootstrapServers, '-L', '-J'])).toString());
  assert.equal(metadata.brokers.length, 1);

  const status = await runSluice(['broker', 'status', ...place]);
  assert.equal(status.code, 0);
  assert.match(status.stdout, /^Apache Kafka 4\.3\.0 is running, 1 of 1 nodes\.\n/);
  assert.match(status.stdout, new RegExp(`Bootstrap servers +${bootstrapServers}\n`));
  assert.match(status.stdout, new RegExp(`Processes +${nodes[0].pid}\n`));

  const second = await runSluice(['broker', 'start', '--port', '0', ...place]);
  assert.equal(second.code, 2);
  assert.match(second.stderr, /^sluice: A broker runs in .* already, at /);

  const stopped = await runSluice(['broker', 'stop', ...place]);
  assert.equal(stopped.code, 0);
  assert.equal(stopped.stdout, `Stopped. The data stays in ${data}.\n`);
  const again = await runSluice(['broker', 'stop', ...place]);
  assert.equal(again.stdout, 'No broker was running.\n');
});

test('in the foreground it says where it is, names a taken port, and ends with 0 upon SIGTERM', async (t) => {
  const folder = await temporaryFolder(t);
  const port = String(await freePort('127.0.0.1', new Set()));
  const data = join(folder, 'broker');
  const { child, output, finished } = startSluice(t, ['broker', 'start', '--port', port, '--data', data]);
  await waitFor(() => output.stdout.includes('Ctrl-C'), { timeout: 90_000, what: 'the broker' });
  assert.match(output.stdout, new RegExp(`Bootstrap servers +127\\.0\\.0\\.1:${port}\n +Data +${data}\n`));

  const beside = await runSluice(['broker', 'start', '--port', port, '--data', join(folder, 'other')]);
  assert.equal(beside.code, 2);
  assert.match(beside.stderr, new RegExp(`^sluice: Port ${port} on 127\\.0\\.0\\.1 is taken`));

  child.kill('SIGTERM');
  const { code, stdout } = await finished;
  assert.equal(code, 0);
  assert.match(stdout, /SIGTERM: stopping \.\.\.\nStopped\. The data stays\.\n$/);
});

test('in the foreground it ends with whoever reads what it says', async (t) => {
  const data = ['--data', join(await temporaryFolder(t), 'broker')];
  const { code, stderr } = await redirectSluice('>/dev/full', ['broker', 'start', '--port', '0', ...data]);
  assert.match(stderr, /^sluice: standard output cannot be written \(ENOSPC[^\n]*\n$/);
  assert.equal(code, 1);
  assert.deepEqual((await runSluice(['broker', 'status', ...data])).stdout, 'Not running.\n');
});
