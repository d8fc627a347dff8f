import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../errors.ts';
import { createMemoryCluster } from '../kafka/memory.ts';
import { openLiveTopics } from './topics.ts';

const wishes = { partitions: 3, replicationFactor: 1, retention: 7_200_000 };

test('The three topics are made once, as the format wants them', async () => {
  const cluster = createMemoryCluster();
  const { media, index, streams } = await openLiveTopics(cluster.client(), 'tv', wishes);
  assert.deepEqual([media.name, index.name, streams.name], ['tv', 'tv.index', 'tv.streams']);
  assert.deepEqual([media.partitions, index.partitions, streams.partitions], [3, 3, 1]);
  assert.equal(media.config['compression.type'], 'producer');
  assert.equal(media.config['retention.ms'], '7200000');
  assert.equal(index.config['retention.ms'], '7200000');
  assert.equal(streams.config['cleanup.policy'], 'compact');
  assert.ok((media.maxMessageBytes ?? 0) > 8_000_000);
  const again = await openLiveTopics(cluster.client(), 'tv', { ...wishes, partitions: 9 });
  assert.equal(again.media.id, media.id);
});

test('Topics that would lose what has to stay are refused, with what to do', async () => {
  const table: [string, string, RegExp][] = [
    ['tv', 'compact', /topic tv has cleanup\.policy=compact.*set it to delete/],
    ['tv.index', 'compact', /topic tv\.index /],
    ['tv.streams', 'delete', /topic tv\.streams has cleanup\.policy=delete.*set it to compact/],
  ];
  for (const [topic, policy, message] of table) {
    const cluster = createMemoryCluster();
    await openLiveTopics(cluster.client(), 'tv', wishes);
    cluster.configure(topic, { 'cleanup.policy': policy });
    await assert.rejects(openLiveTopics(cluster.client(), 'tv', wishes), (error: Error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, message);
      return true;
    });
  }
});
