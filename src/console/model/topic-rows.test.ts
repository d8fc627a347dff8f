import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicRow } from './topic-rows.ts';

test('A topic that is compacted alone has no retention', () => {
  const row = (policy: string | undefined) => {
    const config = { 'retention.ms': '604800000', ...(policy && { 'cleanup.policy': policy }) };
    const description = { id: 'A', name: 'files.state', partitions: 8, config, leaders: new Map() };
    const look = { use: 'other', description, starts: new Map(), ends: new Map([[0, 3]]) } as const;
    return topicRow(look as unknown as Parameters<typeof topicRow>[0], 1);
  };
  assert.deepEqual(
    ['compact', 'compact,delete', undefined].map((policy) => row(policy).retention),
    [undefined, 604_800, 604_800],
  );
});
