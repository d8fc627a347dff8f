/** Clusters that do not answer, secrets that must not show, and what the doctor says. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { runSluice, startSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

/** An address at which nothing listens. */
async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

test('a cluster that does not answer: exit code 4 and one clear line', async (t) => {
  const folder = await temporaryFolder(t);
  const servers = await closedPort();
  const common = ['--topic', 'files', '--bootstrap-servers', servers, '--give-up-after', '2s'];
  const verbs = [
    ['upload', '--from', folder, '--once', ...common],
    ['download', '--to', folder, '--once', ...common],
    ['list', ...common],
    ['cat', 'till/a', ...common],
  ];
  for (const { code, stdout, stderr } of await Promise.all(verbs.map((args) => runSluice(args)))) {
    assert.equal(code, 4, stderr);
    assert.equal(stdout, '');
    const lines = stderr.trim().split('\n');
    const last = lines.pop() ?? '';
    assert.ok(
      lines.some((line) => line.includes(servers)),
      `what it waits for was not said before the end: ${stderr}`,
    );
    assert.match(last, /^sluice: /);
    assert.ok(last.includes(servers), last);
    assert.match(last, /ECONNREFUSED/);
    assert.doesNotMatch(stderr, /\n {4}at /);
  }
});

test('secrets show neither in the process list nor in logs nor in errors', async (t) => {
  const folder = await temporaryFolder(t);
  const config = join(folder, 'client.properties');
  const secret = 'hunter2-of-the-file';
  const other = 'hunter2-of-the-environment';
  await writeFile(
    config,
    [
      `bootstrap.servers = ${await closedPort()}`,
      'security.protocol = SASL_PLAINTEXT',
      'sasl.mechanism = PLAIN',
      'sasl.username = till',
      `sasl.password = ${secret}`,
    ].join('\n'),
  );
  const args = [
    'upload',
    '--from',
    folder,
    '--topic',
    'files',
    '--config',
    config,
    '--once',
    '--log-level',
    'trace',
  ];
  const env = { SLUICE_SASL_PASSWORD: other };
  const { child, output, finished } = startSluice(t, [...args, '--give-up-after', '2s'], { env });
  await waitFor(() => output.stderr.includes('ECONNREFUSED'), { what: 'the first failure' });
  const { stdout: list } = await runCommand('ps', ['-o', 'args=', '-p', String(child.pid)]);
  assert.match(list, /--config/);
  const { code, stdout, stderr } = await finished;
  assert.equal(code, 4, stderr);
  for (const text of [list, stdout, stderr]) assert.doesNotMatch(text, /hunter2/);
});

test('the doctor of a healthy cluster and topic', async (t) => {
  const folder = await temporaryFolder(t);
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic();
  const common = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  await writeFile(join(folder, 'a.txt'), 'one');
  await runSluice(['upload', '--from', folder, '--once', '--min-age', '0', ...common]);
  const { code, stdout } = await runSluice(['doctor', '--from', folder, '--to', folder, '--json', ...common]);
  assert.equal(code, 0, stdout);
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const statusOf = (check: string) => findings.find((finding) => finding.check === check)?.status;
  for (const check of [
    'Node.js',
    'Java',
    'Source',
    'Sink',
    'Kafka',
    'Topic',
    'Rights',
    'Record size',
    'State topic',
    'Clock',
  ]) {
    assert.equal(statusOf(check), 'ok', check);
  }
  assert.deepEqual(Object.keys(findings.at(-1)), ['type', 'verb', 'problems', 'warnings']);
});

test('the doctor says what is wrong and how to mend it', async (t) => {
  const folder = await temporaryFolder(t);
  const unreachable = await runSluice([
    'doctor',
    '--bootstrap-servers',
    await closedPort(),
    '--give-up-after',
    '1s',
  ]);
  assert.equal(unreachable.code, 4);
  assert.match(unreachable.stdout, /✗ Kafka .*ECONNREFUSED.*\n +→ start a broker with `sluice broker start`/);
  assert.match(unreachable.stdout, /1 problem, \d+ warnings?\.\n$/);
  const { bootstrapServers } = await testBroker();
  const absent = await runSluice([
    'doctor',
    '--from',
    join(folder, 'absent'),
    '--bootstrap-servers',
    bootstrapServers,
  ]);
  assert.equal(absent.code, 3);
  assert.match(absent.stdout, /✗ Source .*absent cannot be read.*\n +→ name a folder that exists/);
});
