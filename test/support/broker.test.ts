import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testBroker } from './broker.ts';
import { kcat } from './kcat.ts';

test('the test broker answers an independent client', async () => {
  const { bootstrapServers } = await testBroker();
  const metadata = JSON.parse((await kcat(['-b', bootstrapServers, '-L', '-J'])).toString());
  assert.deepEqual(metadata.brokers, [{ id: 1, name: bootstrapServers }]);
});
