import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newest, secondOpinion, type TopicMetadata, takesBack } from './topic-metadata.ts';

function topic(id: string, ...partitions: (readonly [leader: number, leaderEpoch: number])[]): TopicMetadata {
  return { name: 't', id, partitions: partitions.map(([leader, leaderEpoch]) => ({ leader, leaderEpoch })) };
}

test('A leader of an older epoch is none any more', () => {
  const known = topic('a', [1, 5], [2, 7]);
  assert.deepEqual(newest(known, topic('a', [3, 4], [3, 8])), topic('a', [1, 5], [3, 8]));
  assert.deepEqual(newest(known, topic('a', [-1, 5], [-1, 8])), topic('a', [-1, 5], [-1, 8]));
  assert.deepEqual(newest(known, topic('a', [9, -1], [2, 7])), topic('a', [9, -1], [2, 7]));
});

test('Partitions do not go away, and come', () => {
  assert.deepEqual(newest(topic('a', [1, 5], [2, 7]), topic('a', [1, 6])), topic('a', [1, 6], [2, 7]));
  assert.deepEqual(newest(topic('a', [1, 5]), topic('a', [1, 5], [2, 0])), topic('a', [1, 5], [2, 0]));
});

test('Another topic of the name begins anew', () => {
  assert.deepEqual(newest(topic('a', [1, 50]), topic('b', [2, 0])), topic('b', [2, 0]));
});

test('What is known is taken back by two brokers, not by one', () => {
  const [a, b, c] = [topic('a', [1, 0]), topic('b', [1, 0]), topic('c', [1, 0])];
  assert.equal(takesBack(a, a), false);
  assert.equal(takesBack(undefined, a), false);
  assert.equal(takesBack(a, b), true);
  assert.equal(takesBack(a, undefined), true);
  assert.equal(takesBack(undefined, undefined), true);
  const table: (readonly (TopicMetadata | undefined)[])[] = [
    // known, first, second: what holds
    [a, undefined, a, a],
    [a, b, a, a],
    [a, undefined, undefined, undefined],
    [a, undefined, b, b],
    [a, b, undefined, b],
    [a, b, b, b],
    [a, b, c, b],
    [undefined, undefined, a, a],
    [undefined, undefined, undefined, undefined],
  ];
  for (const [known, first, second, holds] of table) assert.equal(secondOpinion(known, first, second), holds);
});
