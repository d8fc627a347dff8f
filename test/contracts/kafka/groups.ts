/** Consumer groups: who reads what, what is committed, and what becomes of those who leave or dawdle. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { waitFor } from '../../support/wait.ts';
import { appendTexts, freshTopic, type OpenGround, readAll } from './ground.ts';
import { filled, letters, startMember } from './member.ts';

const fenced = { name: 'KafkaError', kind: 'fenced' };
const position = (offset: number, metadata = '') => ({ offset, metadata });

export function groupsContract(open: OpenGround): void {
  test('A lone member reads every partition from its first record, and goes on where it has committed', async (t) => {
    const ground = await open(t);
    const { topic, group, producer } = await filled(ground, 3);
    const first = startMember(t, ground.kafka, { topic, group });
    await waitFor(() => first.read.length === 18);
    assert.deepEqual(first.owned, [0, 1, 2]);
    await first.close();
    assert.deepEqual(first.owned, [], 'what is left is given back before');
    assert.deepEqual(
      [...(await ground.kafka.committed(group, topic))].map(([, { offset }]) => offset),
      [6, 6, 6],
    );
    await appendTexts(producer, topic, 1, ['new']);
    const second = startMember(t, ground.kafka, { topic, group });
    await waitFor(() => second.read.length > 0);
    assert.deepEqual(second.read, ['1/6 new']);
  });

  test('Two members share, and a rebalance loses and doubles nothing that is committed when it is asked for', async (t) => {
    const ground = await open(t);
    const { topic, group, producer } = await filled(ground, 4, []);
    let sent = 0;
    const send = async (count: number) => {
      for (const end = sent + count; sent < end; sent += 1) {
        await producer.append(topic, sent % 4, { value: Buffer.from(`${sent}`) });
      }
    };
    const members = [startMember(t, ground.kafka, { topic, group })];
    await send(40);
    await waitFor(() => members[0]!.read.length > 0);
    members.push(startMember(t, ground.kafka, { topic, group }));
    await send(40);
    await waitFor(() => members.every(({ owned }) => owned.length === 2));
    await send(40);
    await members[0]!.close();
    await waitFor(() => members[1]!.owned.length === 4);
    await send(40);
    const numbers = () => members.flatMap(({ read }) => read.map((record) => Number(record.split(' ')[1])));
    await waitFor(() => numbers().length >= sent);
    assert.deepEqual(
      numbers().sort((a, b) => a - b),
      [...Array(sent).keys()],
    );
  });

  test('Who is assigned partitions may say where to begin, and hears what was committed', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 3);
    await ground.kafka.commit(
      group,
      topic,
      new Map([
        [0, position(2, 'a word')],
        [1, position(3)],
      ]),
    );
    const assigned: unknown[] = [];
    const member = startMember(t, ground.kafka, {
      topic,
      group,
      onAssigned: async (partitions, committed) => {
        assigned.push([partitions, new Map(committed)]);
        return new Map([
          [0, 4],
          [7, 0],
        ]);
      },
    });
    await waitFor(() => member.read.length >= 2 + 3 + 6);
    const known = new Map([
      [0, position(2, 'a word')],
      [1, position(3)],
    ]);
    assert.deepEqual(assigned, [[[0, 1, 2], known]]);
    const expected = [
      '0/4 e',
      '0/5 f',
      '1/3 d',
      '1/4 e',
      '1/5 f',
      ...letters.map((text, at) => `2/${at} ${text}`),
    ];
    assert.deepEqual([...member.read].sort(), expected);
  });

  test('Only members commit, only for what is theirs', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 2);
    const outsider = ground.kafka.consumer({ topic, group });
    await assert.rejects(outsider.commit(new Map([[0, position(1)]])), fenced);
    await outsider.close();
    const member = startMember(t, ground.kafka, { topic, group });
    await waitFor(() => member.read.length === 12);
    await member.consumer.commit(new Map([[0, position(1, 'by a member')]]));
    assert.deepEqual((await ground.kafka.committed(group, topic)).get(0), position(1, 'by a member'));
    await assert.rejects(member.consumer.commit(new Map([[7, position(1)]])), fenced);
    await assert.rejects(ground.kafka.commit(group, topic, new Map([[0, position(2)]])), fenced);
    await member.close();
    await assert.rejects(member.consumer.commit(new Map([[0, position(1)]])), fenced);
    await ground.kafka.commit(group, topic, new Map([[0, position(2)]]));
    const loner = ground.kafka.consumer({ topic, from: new Map() });
    await assert.rejects(loner.commit(new Map()), { name: 'KafkaError', kind: 'invalid' });
    await loner.close();
  });

  test('Partitions that are added are dealt out too, and read from their first record', async (t) => {
    const ground = await open(t);
    const { topic, group, producer } = await filled(ground, 1);
    const members = [0, 1].map(() => startMember(t, ground.kafka, { topic, group }));
    await waitFor(() => members.some(({ read }) => read.length === 6));
    await ground.addPartitions(topic, 1);
    await appendTexts(producer, topic, 1, ['new', 'newer']);
    const all = () => members.flatMap(({ read }) => read);
    await waitFor(() => all().length >= 8);
    assert.deepEqual(all().sort(), [...letters.map((text, at) => `0/${at} ${text}`), '1/0 new', '1/1 newer']);
    await waitFor(() => members.every(({ owned }) => owned.length === 1));
  });

  test('A reader that keeps a batch for too long loses its partitions, and comes back', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 2);
    const patience = 1500;
    const release = Promise.withResolvers<void>();
    const slow = startMember(t, ground.kafka, {
      topic,
      group,
      maxPollInterval: patience,
      onBatch: () => release.promise,
    });
    await waitFor(() => slow.read.length > 0);
    const heir = startMember(t, ground.kafka, { topic, group, maxPollInterval: patience });
    await waitFor(() => heir.read.length === 12);
    const stale = slow.read.length;
    await assert.rejects(slow.consumer.commit(new Map([[0, position(1)]])), fenced);
    release.resolve();
    await waitFor(() => slow.lost.length > 0);
    assert.deepEqual(slow.lost, [[0, 1]]);
    await waitFor(() => slow.owned.length === 1 && heir.owned.length === 1);
    assert.equal(slow.read.length, stale, 'what had been fetched before is nobody’s');
    assert.equal(heir.read.length, 12);
  });

  test('Nothing is handed out while partitions are given up, and nothing is given up beside the body of the loop', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 2);
    let isInBody = false;
    let isInCallback = false;
    const offences: string[] = [];
    const callback = async () => {
      if (isInBody) offences.push('a callback beside the body');
      isInCallback = true;
      await new Promise(setImmediate);
      isInCallback = false;
    };
    const body = async () => {
      if (isInCallback) offences.push('a batch beside a callback');
      isInBody = true;
      await new Promise(setImmediate);
      isInBody = false;
    };
    const member = startMember(t, ground.kafka, {
      topic,
      group,
      onBatch: body,
      onAssigned: async () => {
        await callback();
        return undefined;
      },
      onRevoked: callback,
    });
    await waitFor(() => member.read.length >= 2);
    const other = startMember(t, ground.kafka, { topic, group });
    await waitFor(() => other.owned.length === 1 && member.owned.length === 1);
    assert.deepEqual(offences, []);
  });

  test('The memory of what was fetched for nobody is given back', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 2);
    const group = `contract-${randomUUID()}`;
    const producer = ground.kafka.producer();
    for (let index = 0; index < 6; index += 1) {
      const value = Buffer.alloc(index % 2 === 0 ? 50_000 : 150_000, 'x');
      await producer.append(topic, index % 2, { value });
    }
    let isSlow = true;
    const goOn = Promise.withResolvers<void>();
    const member = startMember(t, ground.kafka, {
      topic,
      group,
      bufferBytes: 200_000,
      maxPollInterval: 500,
      onBatch: () => (isSlow ? goOn.promise : Promise.resolve()),
    });
    // It fetches as much as it may while its reader is busy, and has to drop that when it is put out of the group.
    await waitFor(async () => member.read.length > 0 && (await ground.members(group)) === 0);
    isSlow = false;
    goOn.resolve();
    await waitFor(() => new Set(member.read).size === 6);
    assert.equal(member.lost.length, 1);
  });

  test('What retention has removed is told to members, too; a topic that is recreated, or not there, is an error', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 1);
    await ground.kafka.commit(group, topic, new Map([[0, position(1)]]));
    await ground.deleteRecords(topic, 0, 4);
    const gaps: unknown[] = [];
    const member = startMember(t, ground.kafka, { topic, group, onGap: (gap) => gaps.push(gap) });
    await waitFor(() => member.read.length === 2);
    assert.deepEqual(gaps, [{ partition: 0, from: 1, earliest: 4 }]);
    await ground.deleteTopic(topic);
    await ground.kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    await assert.rejects(member.ended, { name: 'KafkaError', kind: /^(topic-recreated|unknown-topic)$/ });
    const missing = readAll(ground.kafka, { topic: `${topic}-not`, group });
    await assert.rejects(missing, { name: 'KafkaError', kind: 'unknown-topic' });
  });

  test('A topic that is deleted ends its members with an error', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 1);
    const members = [0, 1].map(() => startMember(t, ground.kafka, { topic, group }));
    await waitFor(() => members.some(({ read }) => read.length === 6));
    await ground.deleteTopic(topic);
    for (const { ended } of members)
      await assert.rejects(ended, { name: 'KafkaError', kind: 'unknown-topic' });
  });
}
