import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { startMember } from '../contracts/kafka/member.ts';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startCommand } from '../support/process.ts';
import { uniqueName, uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import type { MemberLine } from './groups/member.ts';

interface Ground {
  readonly kafka: Kafka;
  readonly bootstrap: string;
  readonly topic: string;
  readonly group: string;
  /** Appends so many numbered records, of 10 kB each, to the partitions in turn. */
  send(count: number): Promise<void>;
  /** How many there are. */
  readonly sent: number;
}

async function ground(t: TestContext, partitions: number, own?: RunningBroker): Promise<Ground> {
  const { bootstrapServers: bootstrap } = own ?? (await testBroker());
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap }, metadataMaxAge: 300 });
  t.after(() => kafka.close());
  const topic = uniqueTopic();
  await kafka.createTopic({ name: topic, partitions, replicationFactor: 1 });
  const producer = kafka.producer();
  const value = Buffer.alloc(10_000, '.');
  let sent = 0;
  return {
    kafka,
    bootstrap,
    topic,
    group: uniqueName('group'),
    async send(count) {
      const numbers = Array.from({ length: count }, (_, index) => sent + index);
      sent += count;
      await Promise.all(
        numbers.map((number) =>
          producer.append(topic, number % partitions, { key: Buffer.from(String(number)), value }),
        ),
      );
    },
    get sent() {
      return sent;
    },
  };
}

/** The program of groups/member.ts, and what it has told so far. */
function startProgram(t: TestContext, { bootstrap, topic, group }: Ground) {
  const program = join(import.meta.dirname, 'groups', 'member.ts');
  const { child, output, finished } = startCommand(
    process.execPath,
    [program, bootstrap, topic, group],
    {},
    t,
  );
  const lines = () =>
    output.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as MemberLine);
  const owned = () =>
    lines().reduce<readonly number[]>((before, { type, partitions = [] }) => {
      if (type === 'assigned') return partitions;
      return type === 'revoked' || type === 'lost' ? [] : before;
    }, []);
  return { child, finished, lines, owned, read: () => lines().flatMap(({ numbers = [] }) => numbers) };
}

const distinct = (numbers: readonly number[]) => new Set(numbers).size;

test('The partitions of a member that is killed go to the others, and nothing is lost', async (t) => {
  const stage = await ground(t, 4);
  const programs = [startProgram(t, stage), startProgram(t, stage)] as const;
  await waitFor(() => programs.every((program) => program.owned().length === 2));
  await stage.send(600);
  await waitFor(() => programs.every((program) => program.read().length > 50));
  programs[0].child.kill('SIGKILL');
  await stage.send(100);
  await waitFor(() => programs[1].owned().length === 4);
  const all = () => programs.flatMap((program) => program.read());
  await waitFor(() => distinct(all()) === stage.sent);
  const twice = all().length - stage.sent;
  assert.ok(twice < 200, `${twice} were read twice: only what was not committed may be`);
});

test('A member that was frozen for longer than its session is refused what it had, and rejoins', async (t) => {
  const stage = await ground(t, 4);
  const programs = [startProgram(t, stage), startProgram(t, stage)] as const;
  const [frozen, heir] = programs;
  await waitFor(() => programs.every((program) => program.owned().length === 2));
  await stage.send(2000);
  await waitFor(() => frozen.read().length > 50);
  frozen.child.kill('SIGSTOP');
  await waitFor(() => heir.owned().length === 4);
  const before = frozen.lines().length;
  frozen.child.kill('SIGCONT');
  await waitFor(() => programs.every((program) => program.owned().length === 2));
  const after = frozen.lines().slice(before);
  const lost = after.findIndex(({ type }) => type === 'lost');
  const handedOut = after.slice(0, lost).filter(({ type }) => type === 'read');
  assert.ok(lost >= 0, 'it hears that its partitions are lost');
  assert.equal(handedOut.length, 0, 'nothing that it had fetched before is handed out');
  const refusals = after.filter(({ type }) => type === 'refused');
  assert.ok(refusals.length > 0 && refusals.every(({ kind }) => kind === 'fenced'), 'it commits nothing');
  const all = () => programs.flatMap((program) => program.read());
  await waitFor(() => distinct(all()) === stage.sent, { timeout: 60_000 });
});

test('A reader that keeps a batch for longer than a session is still alive', async (t) => {
  const stage = await ground(t, 2);
  const { bootstrapServers } = await testBroker();
  const { members } = administrator(t, bootstrapServers);
  const goOn = Promise.withResolvers<void>();
  const { topic, group } = stage;
  const slow = startMember(t, stage.kafka, { topic, group, onBatch: () => goOn.promise });
  const other = startProgram(t, stage);
  await waitFor(() => slow.owned.length === 1 && other.owned().length === 1);
  await stage.send(10);
  await waitFor(() => slow.read.length > 0 && other.read().length === 5);
  // Dead from now on; when the group has noticed, a whole session has passed for the slow one, too.
  other.child.kill('SIGKILL');
  await waitFor(async () => (await members(group)) === 1);
  assert.equal(slow.lost.length, 0);
  await slow.consumer.commit(new Map([[slow.owned[0]!, { offset: 1, metadata: '' }]]));
  goOn.resolve();
  await waitFor(() => slow.owned.length === 2);
});

test('Members outlive the broker that looks after their group', async (t) => {
  const broker = await startBroker({ dataDir: await temporaryFolder(t) });
  t.after(() => broker.stop());
  const stage = await ground(t, 2, broker);
  const { topic, group } = stage;
  const members = [0, 1].map(() => startMember(t, stage.kafka, { topic, group }));
  const all = () => members.flatMap(({ read }) => read);
  await waitFor(() => members.every(({ owned }) => owned.length === 1));
  const node = broker.nodes[0]!;
  for (const end of ['stop', 'kill'] as const) {
    await stage.send(20);
    await waitFor(() => distinct(numbersOf(all(), 2)) === stage.sent, { timeout: 60_000 });
    for (const member of members) {
      const [partition] = member.owned;
      const offset = stage.sent / 2;
      await member.consumer.commit(new Map([[partition!, { offset, metadata: end }]]));
    }
    await node[end]();
    await node.start();
  }
  await stage.send(20);
  await waitFor(() => distinct(numbersOf(all(), 2)) === stage.sent, { timeout: 60_000 });
  await waitFor(() => members.every(({ owned }) => owned.length === 1));
  await Promise.all(members.map((member) => member.close()));
  const committed = [...(await stage.kafka.committed(group, topic)).values()].map(({ offset }) => offset);
  assert.deepEqual(committed, [30, 30]);
});

/** kcat as a member of the group, and the numbers that it has read. */
function startKcat(t: TestContext, { bootstrap, topic, group }: Ground) {
  const args = ['-b', bootstrap, '-q', '-f', '%k\n', '-X', 'session.timeout.ms=6000'];
  const settings = ['-X', 'auto.offset.reset=earliest', '-X', 'heartbeat.interval.ms=300'];
  const { child, output, finished } = startCommand(
    'kcat',
    [...args, ...settings, '-u', '-G', group, topic],
    {},
    t,
  );
  return { child, finished, read: () => output.stdout.split('\n').slice(0, -1).map(Number) };
}

/** What our member has read. */
const numbersOf = (read: readonly string[], partitions: number) =>
  read.map((record) => {
    const [partition, offset] = record.split(' ')[0]!.split('/').map(Number);
    return offset! * partitions + partition!;
  });

for (const leader of ['Sluice', 'librdkafka']) {
  test(`librdkafka and Sluice share a group that ${leader} leads`, async (t) => {
    const stage = await ground(t, 4);
    const ours = () => startMember(t, stage.kafka, { topic: stage.topic, group: stage.group });
    await stage.send(8);
    const first = leader === 'Sluice' ? ours() : undefined;
    if (first) await waitFor(() => first.read.length === 8);
    const theirs = startKcat(t, stage);
    if (!first) await waitFor(() => theirs.read().length === 8);
    const member = first ?? ours();
    await waitFor(() => member.owned.length === 2);
    await stage.send(40);
    const all = () => [...numbersOf(member.read, 4), ...theirs.read()];
    await waitFor(() => all().length >= 48);
    assert.deepEqual(
      all().sort((a, b) => a - b),
      [...Array(48).keys()],
    );
    assert.ok(theirs.read().length >= 20 && member.read.length >= 20);
    theirs.child.kill('SIGTERM');
    await theirs.finished;
    await waitFor(() => member.owned.length === 4);
    await stage.send(8);
    await waitFor(() => all().length >= 56);
    assert.equal(distinct(all()), 56);
  });
}

test('A static member that restarts in time keeps its partitions, and nobody is disturbed', async (t) => {
  const stage = await ground(t, 2);
  const start = (instanceId: string) =>
    startMember(t, stage.kafka, {
      topic: stage.topic,
      group: stage.group,
      instanceId,
      onRevoked: async () => {
        revocations.push(instanceId);
      },
    });
  const revocations: string[] = [];
  const [one, two] = [start('one'), start('two')];
  await waitFor(() => one.owned.length === 1 && two.owned.length === 1);
  const [partition] = one.owned;
  await stage.send(2);
  await waitFor(() => one.read.length === 1 && two.read.length === 1);
  revocations.length = 0;
  await one.close();
  const again = start('one');
  await waitFor(() => again.owned.length === 1);
  assert.deepEqual(again.owned, [partition]);
  assert.deepEqual(revocations, ['one'], 'only the one that closed gave something up');
  await stage.send(2);
  await waitFor(() => again.read.length === 1 && two.read.length === 2);

  const usurper = start('one');
  await assert.rejects(again.ended, { name: 'KafkaError', kind: 'fenced' });
  await waitFor(() => usurper.owned.length === 1);
});
