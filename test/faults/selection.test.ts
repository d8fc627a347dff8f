import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killLeaders } from './broker-rows.ts';
import { clusterRows } from './cluster-rows.ts';
import { openGround } from './ground.ts';
import { type FaultRow, mixed } from './row.ts';
import { suffer } from './suffer.ts';

/** Rows of `npm run test:faults` that take no more than a few seconds. The network's stand in test/integration. */
const selection: readonly FaultRow[] = [
  {
    name: 'a leader killed',
    what: 'Once.',
    way: 'direct',
    traffic: mixed(10, 300_000),
    async run(scene) {
      await killLeaders(scene, 1);
      return undefined;
    },
  },
  ...clusterRows.filter(({ name }) => /partitions|recreated|limit/.test(name)),
];

test('Nothing is lost, doubled, reordered or read wrongly on three brokers', async (t) => {
  const ground = await openGround(new Set(['direct']));
  t.after(() => ground.close());
  const { nodes, proxies, toxiproxy, bootstrap } = ground;
  const address = bootstrap('direct');
  const place = { nodes, proxies, toxiproxy, witness: address, bootstrap: address };
  assert.equal(selection.length, 4);
  for (const row of selection) {
    await t.test(row.name, async () => {
      const say = (text: string): void => t.diagnostic(text);
      const { outcome, faults } = await suffer(row, { ...place, say, partitions: 6, replicationFactor: 3 });
      assert.deepEqual(faults, []);
      const { acknowledged, refused, longestStall, ...wrong } = outcome;
      assert.ok(acknowledged > 500 && longestStall > 0);
      assert.deepEqual(wrong, { lost: 0, twice: 0, outOfOrder: 0, misplaced: 0, misread: 0 });
      assert.equal(refused > 0, row.name.includes('limit'));
    });
  }
});
