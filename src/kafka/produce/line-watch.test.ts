import assert from 'node:assert/strict';
import { test } from 'node:test';
import { producingCluster } from '../../../test/models/kafka/producing.ts';
import { waitFor } from '../../../test/support/wait.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Lanes } from './lanes.ts';
import { LineWatch } from './line-watch.ts';

test('Several sessions become one again where a broker turns out to be near', async (t) => {
  const model = producingCluster(1, true);
  t.after(() => model.close());
  // Taken at once, and answered late for as long as the broker was busy.
  const cluster: Cluster = Object.assign(model.asCluster, { nearest: { taken: 1, answered: 2 } });
  const lanes = new Lanes(cluster, undefined, 4);
  lanes.use(4);
  const watch = new LineWatch(cluster, lanes, 4, { acknowledged: () => 0, isMuch: () => true });
  t.after(() => watch.close());
  watch.wake();
  await waitFor(async () => lanes.inUse === 1);
  assert.equal(lanes.inUse, 1);
});
