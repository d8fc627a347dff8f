/** Alone in its process, for it turns the steady clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { faultySink } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

test('What is kept for long because of its name, and changed meanwhile, is fetched again by the same run', async (t) => {
  const flow = new Flow();
  flow.source.write('large', noise(8000));
  flow.source.write('packed', noise(100));
  await flow.up({ packBelow: 200 });
  let isWritable = false;
  const sink = faultySink(new MemorySink(flow.disk), ({ method, name }) => {
    if (method.startsWith('publish') && method !== 'published' && !isWritable)
      throw systemError('EACCES', name);
  });
  const stop = new AbortController();
  const running = flow.down({ once: false, signal: stop.signal, commitInterval: 10 }, { sink });
  await waitFor(() => flow.told('failed').length === 2);
  for (const bytes of flow.disk.parts.values()) bytes.fill(0, 10, 20);
  isWritable = true;
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + 61_000);
  await waitFor(() => flow.told('received').length === 2);
  stop.abort();
  const down = await running;
  assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [2, 0, 0, 0]);
  assert.match(flow.told('warning')[0]?.message ?? '', /other bytes than were sent.* fetched again/);
  assert.deepEqual(flow.received(), flow.sent());
});
