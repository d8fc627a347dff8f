import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetadataResponse } from '../codecs.ts';
import { NetworkFailure } from './failures.ts';
import { secondOpinion, type TopicMetadata, takesBack, topicOf } from './topic-metadata.ts';

function topic(id: string, ...partitions: (readonly [leader: number, leaderEpoch: number])[]): TopicMetadata {
  return { name: 't', id, partitions: partitions.map(([leader, leaderEpoch]) => ({ leader, leaderEpoch })) };
}

test('A leader of an older epoch, fewer partitions, or another topic take back what is known', () => {
  const known = topic('a', [1, 5], [2, 7]);
  assert.ok(takesBack(known, topic('a', [3, 4], [3, 8])));
  assert.ok(takesBack(known, topic('a', [1, 5])));
  assert.ok(takesBack(known, topic('b', [1, 5], [2, 7])));
  assert.equal(takesBack(known, topic('a', [-1, 5], [-1, 8])), false);
  assert.equal(takesBack(known, topic('a', [1, 5], [2, 7], [1, 0])), false);
  assert.equal(takesBack(known, topic('a', [9, -1], [2, 7])), false, 'who tells no epoch is believed');
});

test('What was known wrongly does not stay for ever', () => {
  const spoiled = topic('a', [1, 2 ** 30]);
  const [older, newer] = [topic('a', [2, 6]), topic('a', [3, 7])];
  assert.equal(secondOpinion(spoiled, older, newer), newer);
  assert.equal(secondOpinion(spoiled, newer, older), newer);
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

test('Partitions that cannot be so are a spoiled answer', () => {
  const answer = (...indexes: number[]) => {
    const partitions = indexes.map((partitionIndex) => ({ partitionIndex, leaderId: 1, leaderEpoch: 0 }));
    const one = { errorCode: 0, name: 't', topicId: 'a', partitions };
    return { topics: [one] } as unknown as MetadataResponse;
  };
  assert.deepEqual(topicOf(answer(1, 0), 't'), topic('a', [1, 0], [1, 0]));
  for (const indexes of [[1], [0, 2 ** 30], [-1, 0], [0, 0]])
    assert.throws(() => topicOf(answer(...indexes), 't'), NetworkFailure, String(indexes));
});
