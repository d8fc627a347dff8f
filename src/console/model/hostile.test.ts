import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesGround, openModel } from '../../../test/support/model-ground.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { TooBusy } from '../contract.ts';

test('A record of which nothing can be made does not keep those behind it from being seen', async (t) => {
  const cluster = createMemoryCluster();
  const ground = await filesGround(cluster);
  await ground.write('till', 'odd', { partition: 2 ** 40, first: 2 ** 52, last: 2 ** 52 });
  await ground.write('till', 'plain', {});
  const model = openModel(t, cluster);
  await waitFor(() => model.files({}).total === 2);
  assert.equal(model.trouble(), undefined);
  assert.deepEqual(await model.fileHistory('till', 'gone'), []);
});

test('However often somebody asks for histories, each is read once, and so many wait', async (t) => {
  const cluster = createMemoryCluster();
  const ground = await filesGround(cluster);
  await ground.write('till', 'a', {});
  const model = openModel(t, cluster);
  await waitFor(() => model.files({}).total === 1);
  const same = Array.from({ length: 100 }, () => model.fileHistory('till', 'a'));
  assert.equal(new Set(same).size, 1);
  assert.equal((await same[0]!).length, 1);
  const many = Array.from({ length: 100 }, (_, at) => model.fileHistory('till', `f${at}`));
  const results = await Promise.allSettled(many);
  const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  assert.ok(
    refused.length >= 60 && refused.every((reason) => reason instanceof TooBusy),
    `${refused.length}`,
  );
  assert.deepEqual(await model.fileHistory('till', 'f99'), []);
  assert.equal(model.file('till', 'a')?.state, 'sent');
  assert.equal(model.file('till', 'f99'), undefined);
});
