import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectStream, initOf } from '../../../test/support/live-stream.ts';
import { begin, parts, standing } from '../../../test/support/publisher.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { ConfigurationError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { FencedError } from './claim.ts';

test('A signal while a publisher still reads what stands ends the programme that it has claimed, however long that takes', async (t) => {
  const cluster = createMemoryCluster();
  const first = begin(cluster, { keepLive: true });
  (await first.run(0)).give(initOf('main'), ...parts(0, 12));
  await waitFor(() => first.of('segment').length === 1);
  first.stop.abort();
  await first.done;
  const kafka = cluster.client();
  const [reading, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const offsets: Kafka['offsets'] = async (topic, position) => {
    if (topic === 'live.index') {
      reading.resolve();
      await gate.promise;
    }
    return kafka.offsets(topic, position);
  };
  const slow = new Proxy(kafka, {
    get: (target, name) => {
      const value: unknown = name === 'offsets' ? offsets : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const second = begin(cluster, {}, {}, slow);
  await reading.promise;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  second.stop.abort();
  t.mock.timers.tick(9000);
  t.mock.timers.reset();
  gate.resolve();
  assert.equal((await second.done).interrupted, true);
  const found = await standing(cluster);
  assert.equal(found.media.at(-1)?.record.kind, 'end');
  assert.equal(found.claims.at(-1)?.state, 'ended');
  assert.deepEqual(second.of('warning'), []);
});

test('A second publisher is refused while the first lives, and may take over', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster);
  (await one.run(0)).give(initOf('main'), ...parts(0, 12));
  await waitFor(() => one.of('segment').length === 1);
  await assert.rejects(begin(cluster).done, (error: Error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /stream "cam" is being published on .* --takeover/);
    return true;
  });
  const two = begin(cluster, { takeover: true });
  (await two.run(0)).give(initOf('main'), ...parts(0, 12));
  await assert.rejects(one.done, (error: Error) => {
    assert.ok(error instanceof FencedError);
    assert.equal(error.exitCode, 1);
    return true;
  });
  assert.equal(one.of('fenced').length, 1);
  (await two.run(0)).end();
  await two.done;
  const found = await standing(cluster);
  expectStream(found);
  assert.equal(found.claims.at(-1)?.epoch, 2);
  const first = found.media.find(({ record }) => record.epoch === 2 && record.kind === 'part');
  assert.deepEqual([first?.record.media, first?.record.discontinuities], [2, 1]);
});

test('A stream has a key when its first publisher gave one', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster, { streamKey: 'open sesame' });
  (await one.run(0)).give(initOf('main'), ...parts(0, 2));
  (await one.run(0)).end();
  await one.done;
  const secret = /open sesame|wrong/;
  for (const streamKey of [undefined, 'wrong']) {
    const other = begin(cluster, { takeover: true, ...(streamKey === undefined ? {} : { streamKey }) });
    await assert.rejects(other.done, (error: Error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.doesNotMatch(error.message, secret);
      return true;
    });
  }
  const two = begin(cluster, { streamKey: 'open sesame' });
  (await two.run(0)).give(initOf('main'), ...parts(0, 2));
  (await two.run(0)).end();
  await two.done;
  const { claims } = await standing(cluster);
  assert.ok(claims.every(({ key }) => key?.length === 64));
  assert.doesNotMatch(JSON.stringify(claims), secret);
});
