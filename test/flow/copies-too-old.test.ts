/** Files that look as they were sent, where what was sent is too old to be named. */
import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

test('Small files in a renamed folder go in packs again when what was sent is not there for long enough', async (t) => {
  const from = await temporaryFolder(t);
  const flow = new Flow();
  const config = { 'retention.ms': '1', 'max.message.bytes': String(1024 * 1024) };
  const kafka = flow.cluster.client();
  await kafka.createTopic({ name: flow.topic, partitions: 1, replicationFactor: 1, config });
  await kafka.close();
  await mkdir(join(from, 'old'));
  for (let n = 0; n < 10; n++) await writeFile(join(from, 'old', `${n}`), noise(20_000));
  const up = async () =>
    flow.up({ notTwice: 'auto', packBelow: 100_000, linger: 200 }, { source: await openDiskSource(from) });
  await up();
  await rename(join(from, 'old'), join(from, 'new'));
  assert.equal((await up()).wireBytes, 200_000);
  const kinds = (await flow.records()).map(({ decoded }) => decoded?.kind);
  assert.deepEqual([...new Set(kinds)], ['pack']);
  await flow.down();
  assert.equal(Object.keys(flow.received(sha256)).length, 20);
});
