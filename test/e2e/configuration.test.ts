/** The configuration as a user sees it: printed, mistyped, and read anew while a run goes on. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

test('a limit and an order change by SIGHUP, and what cannot change is named', async (t) => {
  const folder = await temporaryFolder(t);
  const [from, file] = [join(folder, 'from'), join(folder, 'client.properties')];
  await mkdir(from);
  await writeFile(join(from, 'film.bin'), randomBytes(2_000_000));
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic();
  const write = (...lines: string[]) =>
    writeFile(file, [`bootstrap.servers=${bootstrapServers}`, `sluice.topic=${topic}`, ...lines].join('\n'));
  // It would take an hour.
  await write('sluice.bandwidth=500B', 'sluice.min.age=0');
  const words = ['upload', '--from', from, '--name', 'till', '--config', file];
  const running = followSluice(words);
  t.after(() => running.kill());
  await running.event(({ type }) => type === 'started', 'it has started');
  let stderr = '';
  running.child.stderr!.on('data', (text: string) => {
    stderr += text;
  });

  await write('sluice.bandwith=off');
  running.child.kill('SIGHUP');
  await waitFor(() => /all stays as it is: .*is sluice.bandwidth meant/.test(stderr));

  await write('sluice.bandwidth=off', 'sluice.first=*.jpg', 'sluice.min.age=1s', 'client.id=other');
  running.child.kill('SIGHUP');
  await running.event(({ type, path }) => type === 'sent' && path === 'film.bin', 'the file is sent');
  assert.match(stderr, /changed: --bandwidth, --first; only with the next start: --min-age, client.id/);
  running.child.kill('SIGTERM');
  assert.equal((await running.ended).code, 130);
});

test('each value is printed with its place, and no secret', async (t) => {
  const file = join(await temporaryFolder(t), 'client.properties');
  await writeFile(file, 'sluice.min.age=10s\nsasl.password=geheim\nsluice.watch.key=geheim\nclient.id=a\n');
  const env = { SLUICE_LINGER: 'soon', SLUICE_SSL_KEY_PASSWORD: 'geheim', SLUICE_CLIENT_ID: 'b' };
  const words = ['config', 'print', '--config', file, '-X', 'request.timeout.ms=1000'];
  const { code, stdout, stderr } = await runSluice([...words, '--json'], { env });
  const printed = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const byName = new Map(printed.map(({ name, value, from, fault }) => [name, [value, from, fault]]));
  const expected = {
    'min-age': ['10s', `sluice.min.age (${file}, line 1)`, undefined],
    'watch-key': ['***', `sluice.watch.key (${file}, line 3)`, undefined],
    'client.id': ['b', 'SLUICE_CLIENT_ID (environment)', undefined],
    'request.timeout.ms': ['1000', '-X', undefined],
    'bootstrap.servers': ['127.0.0.1:9092', 'default', undefined],
    'sasl.password': ['[hidden]', `sasl.password (${file}, line 2)`, undefined],
    'ssl.key.password': ['[hidden]', 'SLUICE_SSL_KEY_PASSWORD (environment)', undefined],
  };
  for (const [name, line] of Object.entries(expected)) assert.deepEqual(byName.get(name), line, name);
  assert.match(String(byName.get('linger')?.[2]), /"soon" is not a duration/);
  assert.doesNotMatch(stdout + stderr, /geheim/);
  assert.equal(code, 2);
  const ofVerb = await runSluice(['config', 'print', 'live', 'publish', '--config', file]);
  assert.match(ofVerb.stdout, /^part-target = 160ms +# default$/m);
  assert.equal(ofVerb.code, 0);
});

test('a property of ours that no verb has is an error, with what may be meant', async (t) => {
  const file = join(await temporaryFolder(t), 'client.properties');
  await writeFile(file, 'bootstrap.servers=x:1\nsluice.minage=5s\n');
  const { code, stderr } = await runSluice(['upload', '--from', '.', '--topic', 'x', '--config', file]);
  assert.equal(code, 2);
  assert.match(stderr, /sluice\.minage \(.*, line 2\) is no setting of Sluice; is sluice\.min\.age meant\?/);
});
