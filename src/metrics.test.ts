import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRegistry, metricsText } from './metrics.ts';

test('A registry is forgotten with its server, and the figures of the process are in all of them', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const forgotten = Array.from({ length: 5 }, () => new WeakRef(createRegistry()));
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise(setImmediate);
    collect();
  }
  assert.deepEqual(
    forgotten.map((registry) => registry.deref()),
    forgotten.map(() => undefined),
  );
  for (const registry of [createRegistry(), createRegistry()]) {
    const text = await metricsText(registry);
    assert.equal(text.match(/^process_resident_memory_bytes /gm)?.length, 1);
    assert.match(text, /^nodejs_eventloop_lag_seconds /m);
  }
});
