import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictOf } from './answers.ts';

test('What a broker may say after it has appended is a doubt', () => {
  // A storage that fails, a leader that is one no more, replicas that are late; UNKNOWN_SERVER_ERROR; what nobody knows yet.
  for (const code of [-1, 3, 5, 6, 7, 9, 13, 20, 56, 74, 75, 89, 100, 103, 119, 200, 32_000, -2])
    assert.equal(verdictOf(code), 'doubt', String(code));
});

test('What a broker says before it appends proves that nothing was appended', () => {
  const table = {
    'turned-away': [19],
    damaged: [2],
    'too-large': [10, 18],
    'bad-record': [32, 87],
    refused: [17, 21, 29, 31, 35, 43, 53, 76],
    'out-of-order': [45],
    forgotten: [47, 59, 90],
  };
  for (const [verdict, codes] of Object.entries(table))
    for (const code of codes) assert.equal(verdictOf(code), verdict, String(code));
});
