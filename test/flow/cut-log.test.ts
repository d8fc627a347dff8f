/** A files topic whose log was cut behind an uploader's back: what it believes to be sent may stand nowhere. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { list } from '../support/look.ts';

async function end(flow: Flow): Promise<number> {
  const ends = await flow.cluster.client().offsets(flow.topic, 'latest');
  return ends.get(0) ?? 0;
}

describe('A log that was cut', () => {
  test('Files whose records it has lost are sent again, all others are not', async () => {
    for (const packBelow of [0, 4000]) {
      const flow = new Flow({ partitions: 1, maxMessageBytes: 8192 });
      flow.source.write('standing', noise(3000));
      await flow.up({ packBelow });
      const kept = await end(flow);
      flow.source.write('lost', noise(3000));
      flow.source.write('new', noise(0));
      await flow.up({ packBelow, include: ['lost'] });
      flow.cluster.cutLog(flow.topic, 0, kept);
      const up = await flow.up({ packBelow });
      assert.deepEqual([up.files, up.unchanged], [2, 1]);
      assert.match(flow.told('warning')[0]?.message ?? '', /records of 1 files .* the log was cut/);
      assert.deepEqual((await flow.up({ packBelow })).unchanged, 3);
      assert.equal((await flow.down()).failed, 0);
      assert.deepEqual(flow.received(), flow.sent());
    }
  });

  test('A file that was half sent is not gone on with behind what is lost, though the log has grown again', async () => {
    for (const comesBack of [true, false]) {
      const flow = new Flow({ partitions: 1 });
      flow.source.write('a', noise(9000));
      const stop = new AbortController();
      const source = faultySource(
        flow.source,
        once('read', () => stop.abort(), 6000),
      );
      await flow.up({ signal: stop.signal, bufferBytes: 1024 }, { source });
      assert.equal((await flow.down()).open, 1);
      flow.cluster.cutLog(flow.topic, 0, 2);
      if (!comesBack) flow.source.remove('a');
      for (let index = 0; index < 20; index++) flow.source.write(`0${index}`, noise(800));
      await flow.up({ parallel: 1 });
      const down = await flow.down({ reset: true });
      assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [0, 0, 0]);
      assert.deepEqual(flow.received(), flow.sent());
    }
  });

  test('A version before it that is lost is not told as what readers have', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', noise(3000));
    await flow.up();
    flow.source.write('a', noise(9000));
    const changing = faultySource(
      flow.source,
      once('read', () => flow.source.write('a', noise(9000)), 6000),
    );
    await flow.up({ bufferBytes: 1024 }, { source: changing });
    flow.cluster.cutLog(flow.topic, 0, 1);
    await flow.up();
    assert.deepEqual(
      (await list(flow)).map(({ path, size, state }) => [path, size, state]),
      [['a', 9000, 'complete']],
    );
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  });
});
