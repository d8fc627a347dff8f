import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from '../../src/cli/transfer.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { MemoryBucket, MemoryBucketSink } from '../../src/stores/memory/bucket.ts';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { faultySink } from '../support/faulty-store.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { Life, mortalKafka, mortalSink } from '../support/killable.ts';
import fc from '../support/properties.ts';

const theirs = Buffer.from('somebody else’s');
/** Nanoseconds: before and after what stands there. */
const [older, standing, newer] = ['1600000000000000000', '1700000000000000000', '1800000000000000000'];

/** A large file and a small one on the topic, and others of their names at the sink. */
async function metFlow(mtime: string): Promise<Flow> {
  const flow = new Flow();
  flow.source.write('large', noise(3000), { mtime });
  flow.source.write('small', noise(100), { mtime });
  flow.source.write('new', noise(100), { mtime });
  await flow.up({ packBelow: 200 });
  for (const name of ['large', 'small'])
    flow.disk.place(`shop/${name}`, theirs, { mtime: standing, mode: 0o644 });
  return flow;
}

test('never: what stands there stays, is told once for each version, and no failure', async () => {
  const flow = await metFlow(newer);
  const down = await flow.down({ overwrite: 'never' });
  assert.deepEqual([down.files, down.notReplaced, down.failed, down.open], [1, 2, 0, 0]);
  assert.equal(exitCodeOf(down), 0);
  assert.deepEqual(
    new Set(flow.told('not-replaced').map(({ target }) => target)),
    new Set(['shop/large', 'shop/small']),
  );
  assert.deepEqual(
    [flow.received(sha256).large, flow.received(sha256).small],
    [sha256(theirs), sha256(theirs)],
  );
  const again = await flow.down({ overwrite: 'never' });
  assert.deepEqual([again.records, again.notReplaced, flow.disk.parts.size], [0, 0, 0]);
  const inodes = flow.inodes();
  const replay = await flow.down({ overwrite: 'never', reset: true });
  assert.deepEqual([replay.files, replay.notReplaced, replay.unchanged], [0, 2, 1]);
  assert.deepEqual(flow.inodes(), inodes);
});

test('never: what this sink got itself is not replaced by a newer version either', async () => {
  const flow = new Flow();
  for (const size of [100, 3000]) {
    flow.source.write('a', noise(size));
    await flow.up({ packBelow: 200 });
    await flow.down({ overwrite: 'never' });
  }
  assert.equal(flow.disk.files.get('shop/a')?.bytes.length, 100);
  assert.equal(flow.told('not-replaced').length, 1);
});

test('newer: by the times of both, whoever put there what stands there', async () => {
  for (const [mtime, replaced] of [
    [older, false],
    [standing, false],
    [newer, true],
  ] as const) {
    const flow = await metFlow(mtime);
    const down = await flow.down({ overwrite: 'newer' });
    assert.deepEqual([down.files, down.notReplaced, down.failed], replaced ? [3, 0, 0] : [1, 2, 0], mtime);
    const inodes = flow.inodes();
    const replay = await flow.down({ overwrite: 'newer', reset: true });
    assert.deepEqual([replay.files, flow.inodes()], [0, inodes], mtime);
  }
});

test('newer: other permissions alone are taken over of what this sink got itself, and of nothing else', async () => {
  const flow = new Flow();
  const files = [
    ['large', noise(3000)],
    ['small', noise(100)],
  ] as const;
  const write = (mode: number): void => {
    for (const [name, bytes] of files) flow.source.write(name, bytes, { mtime: standing, mode });
  };
  write(0o644);
  await flow.up({ packBelow: 200 });
  await flow.down({ overwrite: 'newer' });
  write(0o600);
  await flow.up({ packBelow: 200 });
  const down = await flow.down({ overwrite: 'newer' });
  assert.deepEqual([down.files, down.notReplaced], [2, 0]);
  for (const name of ['large', 'small']) assert.equal(flow.disk.files.get(`shop/${name}`)?.mode, 0o600);
  for (const name of ['large', 'small'])
    flow.disk.place(`shop/${name}`, theirs, { mtime: standing, mode: 0o644 });
  write(0o640);
  await flow.up({ packBelow: 200 });
  assert.equal((await flow.down({ overwrite: 'newer' })).notReplaced, 2);
  assert.equal(flow.received(sha256).large, sha256(theirs));
});

test('newer: an older version that comes late still replaces nothing', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('a', noise(100), { mtime: newer });
  await flow.up();
  flow.source.write('a', noise(200), { mtime: older });
  await flow.up();
  const records = await flow.records();
  const other = new Flow({ partitions: 1 });
  // The second version first.
  await other.append(records.toReversed().map((record) => ({ partition: 0, record })));
  await other.down({ overwrite: 'newer' });
  assert.equal(other.disk.files.get('shop/a')?.bytes.length, 200);
});

test('rename: what stood there is beside it, and a replay makes nothing more', async () => {
  const flow = await metFlow(older);
  const down = await flow.down({ overwrite: 'rename' });
  assert.deepEqual([down.files, down.failed], [3, 0]);
  const kept = flow.told('received').map(({ target, keptAs }) => [target, keptAs]);
  assert.deepEqual(Object.fromEntries(kept), {
    'shop/new': undefined,
    'shop/large': 'shop/large~1',
    'shop/small': 'shop/small~1',
  });
  assert.deepEqual(flow.disk.files.get('shop/large~1')?.bytes, theirs);
  const inodes = flow.inodes();
  await flow.down({ overwrite: 'rename', reset: true });
  assert.deepEqual(flow.inodes(), inodes);
});

test('rename: a run that is killed before its first checkpoint keeps each version once all the same', async () => {
  for (const packBelow of [0, 2000]) {
    const flow = new Flow({ partitions: 1, maxMessageBytes: 4096 });
    flow.disk.place('shop/a', theirs, { mtime: standing, mode: 0o644 });
    const versions = [noise(1000), noise(1100), noise(1200)];
    for (const bytes of versions) {
      flow.source.write('a', bytes);
      await flow.up({ packBelow });
    }
    const life = new Life(Number.POSITIVE_INFINITY);
    const mortal = faultySink(new MemorySink(flow.disk), ({ method }) => {
      if (method === 'checkpoint' && flow.told('received').length > 0) life.end();
      if (life.isOver) life.spend();
    });
    const killed = flow.down({ overwrite: 'rename', commitInterval: 60_000 }, { sink: mortal });
    await assert.rejects(killed);
    assert.equal(flow.told('received').length, 3);
    await flow.down({ overwrite: 'rename' });
    const { a, ...aside } = flow.received(sha256);
    assert.equal(a, sha256(versions[2]!));
    assert.deepEqual(Object.values(aside), [theirs, versions[0]!, versions[1]!].map(sha256));
  }
});

test('rename: whatever is killed and replayed, each version and each foreign file is there once', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('write' as const), size: fc.constantFrom(50, 400, 3000) }),
    fc.record({ do: fc.constant('foreign' as const) }),
    fc.record({ do: fc.constant('download' as const), calls: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ do: fc.constant('replay' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
      const flow = new Flow({ partitions: 1 });
      await flow.prepare(flow.cluster.client());
      const [versions, foreign] = [[] as string[], [] as string[]];
      let number = 0;
      // A kill finds nothing remembered but what was remembered at once.
      const rename = { overwrite: 'rename', commitInterval: 60_000 } as const;
      for (const one of [...steps, { do: 'replay' as const }, { do: 'replay' as const }]) {
        const bytes = Buffer.concat([noise('size' in one ? one.size : 20), Buffer.from(String(number++))]);
        if (one.do === 'write') {
          versions.push(sha256(bytes));
          flow.source.write('a', bytes);
          await flow.up({ packBelow: 300 });
        } else if (one.do === 'foreign') {
          // Whoever writes over what stands there has done away with it.
          if (flow.disk.files.has('shop/a')) continue;
          foreign.push(sha256(bytes));
          flow.disk.place('shop/a', bytes, { mtime: standing, mode: 0o644 });
        } else if (one.do === 'replay') {
          await flow.down({ ...rename, reset: true });
        } else {
          const life = new Life(one.calls);
          const kafka = mortalKafka(flow.cluster.client(), life);
          const down = flow.down(rename, { kafka, sink: mortalSink(new MemorySink(flow.disk), life) });
          await down.catch((error: unknown) => {
            if (!life.isOver) throw error;
          });
        }
      }
      const { a, ...aside } = flow.received(sha256);
      if (versions.length > 0) assert.equal(a, versions.at(-1));
      const kept = Object.values(aside);
      assert.equal(new Set(kept).size, kept.length, 'something is kept twice');
      assert.ok(!kept.includes(a!), 'what stands there is kept aside too');
      for (const one of foreign) assert.ok(one === a || kept.includes(one), 'what was foreign is gone');
    }),
    { numRuns: 20, seed: 7 },
  );
});

test('An object store: never and newer hold, also for what comes in between; rename is refused before anything is read', async () => {
  const flow = await metFlow(older);
  const bucket = new MemoryBucket();
  const look = { mtime: standing, mode: 0o644 };
  bucket.put('shop/large', theirs, look, undefined);
  bucket.put('shop/small', theirs, look, undefined);
  for (const overwrite of ['never', 'newer'] as const) {
    const down = await flow.down({ overwrite, name: overwrite }, { sink: new MemoryBucketSink(bucket) });
    assert.deepEqual([down.failed, down.notReplaced], [0, 2]);
  }
  assert.deepEqual(Buffer.from(bucket.objects.get('shop/large')!.bytes), theirs);
  const refused = flow.down({ overwrite: 'rename' }, { sink: new MemoryBucketSink(bucket) });
  await assert.rejects(
    refused,
    (error: Error) => error instanceof ConfigurationError && /--overwrite rename/.test(error.message),
  );
});
