import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

test('A downloader that is first waits for its topic', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(3000));
  const stop = new AbortController();
  const down = flow.down({ once: false, signal: stop.signal });
  await waitFor(() => flow.downloadEvents.some((event) => event.type === 'waiting'));
  const [first] = flow.downloadEvents;
  assert.match(first?.type === 'waiting' ? first.message : '', /files does not exist yet/);
  await flow.up();
  await waitFor(() => flow.downloadEvents.some((event) => event.type === 'received'));
  stop.abort();
  assert.equal((await down).files, 1);
  assert.deepEqual(flow.received(), flow.sent());
});

test('A downloader that waits for its topic can be stopped', async () => {
  const flow = new Flow();
  const stop = new AbortController();
  const down = flow.down({ once: false, signal: stop.signal });
  await waitFor(() => flow.downloadEvents.some((event) => event.type === 'waiting'));
  stop.abort();
  const { files, interrupted } = await down;
  assert.deepEqual([files, interrupted], [0, true]);
});

test('With once, a topic that is missing is an error', async () => {
  await assert.rejects(new Flow().down(), /topic files does not exist: check the name/);
});
