import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type BrokerOptions, type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { PortTakenError } from '../../src/broker/node.ts';
import { freePort } from '../../src/broker/ports.ts';
import { brokerStatus, stopBroker } from '../../src/broker/running.ts';
import { kafkaRuntime } from '../../src/broker/runtime.ts';
import { ConfigurationError, SluiceError } from '../../src/errors.ts';
import { type Logger, silentLogger } from '../../src/log.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kcat } from '../support/kcat.ts';
import { startCommand } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

interface Metadata {
  readonly brokers: readonly { readonly id: number; readonly name: string }[];
}

async function start(t: TestContext, options: BrokerOptions = {}): Promise<RunningBroker> {
  const broker = await startBroker(options);
  t.after(() => broker.stop());
  return broker;
}

async function metadata(bootstrapServers: string): Promise<Metadata> {
  return JSON.parse((await kcat(['-b', bootstrapServers, '-L', '-J'])).toString());
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || existsSync(`/proc/${pid}/cmdline`);
  } catch {
    return false;
  }
}

test('one node: data outlives a restart, a second start is refused, others can see and stop it', async (t) => {
  const dataDir = join(await temporaryFolder(t), 'data');
  const properties = { 'auto.create.topics.enable': 'true' };
  const first = await start(t, { dataDir, properties });
  await kcat(['-b', first.bootstrapServers, '-t', 'kept', '-P'], 'one record');
  await assert.rejects(startBroker({ dataDir }), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /A broker runs in .* already, at 127\.0\.0\.1:\d+\./);
    return true;
  });
  assert.equal(await stopBroker(dataDir), true);
  await waitFor(() => first.nodes[0]?.wentOrderly, { what: 'the orderly end of the node' });
  assert.equal((await brokerStatus(dataDir)).running, false);
  assert.equal(await stopBroker(dataDir), false);

  const second = await start(t, { dataDir, properties });
  const read = await kcat(['-b', second.bootstrapServers, '-t', 'kept', '-C', '-e', '-q']);
  assert.equal(read.toString(), 'one record\n');
  const status = await brokerStatus(dataDir);
  assert.equal(status.running, true);
  assert.equal(status.bootstrapServers, second.bootstrapServers);
});

test("Kafka's tool makes the storage of one new cluster; others begin with the same features without it", async (t) => {
  const folder = await temporaryFolder(t);
  const runtime = { ...(await kafkaRuntime()), folder };
  const inNode = (broker: RunningBroker, name: string) => readFile(join(broker.dataDir, 'node-1', name));
  const first = await start(t, { runtime });
  const beginning = await inNode(first, 'data/bootstrap.checkpoint');
  assert.ok(beginning.includes('transaction.version'));
  assert.match((await inNode(first, 'format.log')).toString(), /Formatting/);
  assert.deepEqual(await readdir(folder), ['bootstrap.checkpoint']);
  await first.stop();

  const second = await start(t, { runtime });
  assert.ok(beginning.equals(await inNode(second, 'data/bootstrap.checkpoint')));
  assert.ok(!existsSync(join(second.dataDir, 'node-1', 'format.log')));
  const owner = (await inNode(second, 'data/meta.properties')).toString();
  for (const line of [
    /^version=1$/m,
    /^node\.id=1$/m,
    /^cluster\.id=[\w-]{22}$/m,
    /^directory\.id=[\w-]{22}$/m,
  ])
    assert.match(owner, line);
  assert.match((await metadata(second.bootstrapServers)).brokers[0]?.name ?? '', /^127\.0\.0\.1:/);
  await second.stop();

  // What was asked for may need another beginning.
  const third = await start(t, { runtime, properties: { 'unstable.api.versions.enable': 'false' } });
  assert.ok(existsSync(join(third.dataDir, 'node-1', 'format.log')));
  await third.stop();

  // A cut of power has left the name alone.
  await truncate(join(folder, 'bootstrap.checkpoint'));
  const fourth = await start(t, { runtime });
  const anew = await inNode(fourth, 'data/bootstrap.checkpoint');
  assert.ok(anew.includes('transaction.version'));
  assert.ok(anew.equals(await readFile(join(folder, 'bootstrap.checkpoint'))));
});

test('three nodes: each can be killed and started again while the others go on', async (t) => {
  const broker = await start(t, { brokers: 3, properties: { 'auto.create.topics.enable': 'true' } });
  const ids = async (): Promise<string> =>
    (await metadata(broker.bootstrapServers)).brokers
      .map(({ id }) => id)
      .sort()
      .join();
  await waitFor(async () => (await ids()) === '1,2,3', { what: 'all three nodes' });
  const [, victim] = broker.nodes;
  assert.ok(victim);
  await kcat(['-b', broker.bootstrapServers, '-t', 'three', '-P', '-X', 'acks=all'], 'before');
  await victim.kill();
  assert.equal(victim.pid, undefined);
  assert.equal(victim.wentOrderly, false);
  await waitFor(async () => (await ids()) === '1,3', { what: 'the cluster without the killed node' });
  await kcat(['-b', broker.bootstrapServers, '-t', 'three', '-P', '-X', 'acks=all'], 'without');
  await victim.start();
  await waitFor(async () => (await ids()) === '1,2,3', { what: 'the killed node' });
  const read = await kcat(['-b', broker.bootstrapServers, '-t', 'three', '-C', '-e', '-q']);
  assert.equal(read.toString(), 'before\nwithout\n');
});

test('further listeners and properties are as they were asked for', async (t) => {
  const broker = await start(t, {
    listeners: { SECURE: { protocol: 'SASL_PLAINTEXT' } },
    properties: {
      'sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.secure.plain.sasl.jaas.config':
        'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="wonderland";',
    },
  });
  const sasl = ['security.protocol=SASL_PLAINTEXT', 'sasl.mechanism=PLAIN', 'sasl.username=alice'];
  const flags = [...sasl, 'sasl.password=wonderland'].flatMap((pair) => ['-X', pair]);
  const output = await kcat(['-b', broker.listeners.SECURE ?? '', ...flags, '-L', '-J']);
  assert.equal(JSON.parse(output.toString()).brokers[0].name, broker.listeners.SECURE);
  const written = join(broker.dataDir, 'node-1', 'server.properties');
  assert.equal(
    (await stat(written)).mode & 0o077,
    0,
    'others cannot read properties, which may hold passwords',
  );
});

test('a taken port is named', async (t) => {
  const port = await freePort('127.0.0.1', new Set());
  const server = createServer().listen(port, '127.0.0.1');
  t.after(() => server.close());
  await assert.rejects(startBroker({ port }), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken .* --port`));
    return true;
  });
});

test('a port of our own choice that is taken meanwhile is chosen again, but not for ever', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const told: string[] = [];
  const logger = { ...silentLogger, info: (text: string) => told.push(text) } as unknown as Logger;
  // However often ports are chosen: this one, which is no choice, is always taken.
  const free = await freePort('127.0.0.1', new Set());
  const properties = {
    listeners: `PLAINTEXT://127.0.0.1:${free},CONTROLLER://127.0.0.1:${port}`,
    'controller.quorum.voters': `1@127.0.0.1:${port}`,
  };
  await assert.rejects(startBroker({ properties, logger }), PortTakenError);
  assert.equal(told.length, 2);
});

test("when Kafka does not start, the error holds Kafka's own last words", async () => {
  await assert.rejects(startBroker({ properties: { 'num.io.threads': 'many' } }), (error) => {
    assert.ok(error instanceof SluiceError);
    assert.match(error.message, /num\.io\.threads/);
    return true;
  });
});

test('a start that is interrupted leaves no process and no folder', async () => {
  const reason = new Error('enough');
  await assert.rejects(startBroker({ signal: AbortSignal.abort(reason) }), reason);
});

test('Kafka and its temporary folder go when our process is killed', async (t) => {
  const program = `
    const { startBroker } = await import(${JSON.stringify(new URL('../../src/broker/broker.ts', import.meta.url).href)});
    const { dataDir, nodes } = await startBroker();
    console.log(JSON.stringify({ dataDir, pid: nodes[0].pid }));
    setInterval(() => {}, 1000);`;
  const command = startCommand(process.execPath, ['--input-type=module', '-e', program], {}, t);
  const line = await waitFor(() => command.output.stdout.includes('\n') && command.output.stdout, {
    timeout: 90_000,
    what: 'the broker of another process',
  });
  const { dataDir, pid }: { dataDir: string; pid: number } = JSON.parse(line);
  assert.ok(isAlive(pid));
  command.child.kill('SIGKILL');
  await waitFor(async () => !existsSync(dataDir), { what: 'the end of the folder' });
  await waitFor(async () => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) === '', {
    what: 'the end of Kafka',
  });
});
