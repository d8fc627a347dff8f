/** How membership of a consumer group ends: by a signal, by closing, by errors. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../support/wait.ts';
import type { OpenGround } from './ground.ts';
import { filled, startMember } from './member.ts';

export function groupEndsContract(open: OpenGround): void {
  test('An error in a callback ends the iteration, and the others go on', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 2);
    const failing = startMember(t, ground.kafka, {
      topic,
      group,
      onRevoked: async () => {
        throw new Error('the disk is full');
      },
    });
    await waitFor(() => failing.owned.length === 2);
    const other = startMember(t, ground.kafka, { topic, group });
    await assert.rejects(failing.ended, /the disk is full/);
    await waitFor(() => other.owned.length === 2);
  });

  test('A signal ends a member without an error, and it leaves', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 1);
    const stop = new AbortController();
    const member = startMember(t, ground.kafka, { topic, group, signal: stop.signal });
    await waitFor(() => member.read.length === 6);
    stop.abort();
    await member.ended;
    assert.deepEqual(await ground.kafka.committed(group, topic), new Map([[0, { offset: 6, metadata: '' }]]));
    await ground.kafka.commit(group, topic, new Map([[0, { offset: 5, metadata: '' }]]));
  });

  test('A signal lets the body of the loop come to its end before anything is given up', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 1);
    const stop = new AbortController();
    let isInBody = false;
    const offences: string[] = [];
    const member = startMember(t, ground.kafka, {
      topic,
      group,
      signal: stop.signal,
      onBatch: async () => {
        isInBody = true;
        stop.abort();
        for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
        isInBody = false;
      },
      onRevoked: async () => {
        if (isInBody) offences.push('given up beside the body');
      },
    });
    await member.ended;
    assert.deepEqual(offences, []);
    assert.equal(member.lost.length, 0);
    const committed = (await ground.kafka.committed(group, topic)).get(0);
    assert.equal(committed?.offset, member.read.length, 'what the body was at work on is committed');
  });

  test('A body that does not end after the signal loses its partitions in the end', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 1);
    const stop = new AbortController();
    const goOn = Promise.withResolvers<void>();
    const member = startMember(t, ground.kafka, {
      topic,
      group,
      signal: stop.signal,
      maxPollInterval: 500,
      onBatch: () => goOn.promise,
    });
    await waitFor(() => member.read.length > 0);
    stop.abort();
    await waitFor(async () => (await ground.members(group)) === 0);
    assert.deepEqual(member.lost, []);
    goOn.resolve();
    await member.ended;
    assert.deepEqual(member.lost, [[0]]);
  });

  for (const way of ['a signal', 'close()'] as const) {
    test(`What goes wrong in giving up is told by the iteration that ${way} ends`, async (t) => {
      const ground = await open(t);
      const { topic, group } = await filled(ground, 1);
      const stop = new AbortController();
      const member = startMember(t, ground.kafka, {
        topic,
        group,
        signal: stop.signal,
        onRevoked: async () => {
          throw new Error('the disk is full');
        },
      });
      await waitFor(() => member.read.length === 6);
      if (way === 'a signal') stop.abort();
      else await assert.rejects(member.consumer.close(), /the disk is full/);
      await assert.rejects(member.ended, /the disk is full/);
    });
  }

  for (const instanceId of [undefined, 'till']) {
    const kind = instanceId === undefined ? 'a member' : 'a static member';
    test(`What is being committed when ${kind} is closed is committed by then`, async (t) => {
      const ground = await open(t);
      const { topic, group } = await filled(ground, 1);
      const naming = instanceId === undefined ? {} : { instanceId };
      const member = startMember(t, ground.kafka, { topic, group, keepsPositions: true, ...naming });
      await waitFor(() => member.read.length === 6);
      // Once a heartbeat has opened a connection for the group, leaving takes one request, and committing two.
      await delay(1200);
      const position = new Map([[0, { offset: 6, metadata: 'the end' }]]);
      let isCommitted = false;
      const committing = member.consumer.commit(position).then(() => {
        isCommitted = true;
      });
      await member.close();
      assert.ok(isCommitted);
      await committing;
      assert.deepEqual(await ground.kafka.committed(group, topic), position);
    });
  }

  test('Closing the client ends a member that waits, and its owner hears that nothing is its own any more', async (t) => {
    const ground = await open(t);
    const { topic, group } = await filled(ground, 1);
    const member = startMember(t, ground.kafka, { topic, group, keepsPositions: true });
    await waitFor(() => member.read.length === 6);
    await ground.kafka.close();
    await member.ended;
    assert.deepEqual(member.lost, [[0]]);
  });
}
