import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, SluiceError, UnreachableError } from '../../errors.ts';
import { KafkaError } from '../contract.ts';
import { verdictOf, withDoubt } from './answers.ts';

test('What a broker may say after it has appended is a doubt', () => {
  // A storage that fails, a leader that is one no more, replicas that are late; UNKNOWN_SERVER_ERROR; what nobody knows yet.
  for (const code of [-1, 3, 5, 6, 7, 9, 13, 20, 56, 74, 75, 89, 100, 103, 119, 200, 32_000, -2])
    assert.equal(verdictOf(code), 'doubt', String(code));
});

test('What a broker says before it appends proves that nothing was appended, and what it acknowledges stands there', () => {
  const table = {
    appended: [0, 46],
    'turned-away': [19],
    damaged: [2],
    'too-large': [10, 18],
    'bad-record': [32, 42, 44, 87],
    refused: [17, 21, 29, 31, 35, 43, 53, 76],
    'out-of-order': [45],
    forgotten: [47, 59, 90],
  };
  for (const [verdict, codes] of Object.entries(table))
    for (const code of codes) assert.equal(verdictOf(code), verdict, String(code));
});

test('A refusal that leaves a doubt ends a command as it would without', () => {
  const cause = new Error('connect ECONNREFUSED');
  const refusals = [
    new UnreachableError('Could not write to t-0 for 300 s. Last error: connect ECONNREFUSED', { cause }),
    new ConfigurationError('It is wrong.'),
    new KafkaError('invalid', 'It is refused.', { exitCode: 2 }),
  ];
  for (const refusal of refusals) {
    const told = withDoubt(refusal);
    assert.ok(told instanceof SluiceError);
    assert.equal(told.exitCode, refusal.exitCode, refusal.name);
    assert.equal(told.constructor, refusal.constructor);
    assert.match(told.message, /[a-z]\. What was sent already may be there/i);
    assert.equal(told.cause, refusal);
  }
  const other = withDoubt(new TypeError('No.'));
  assert.ok(!(other instanceof KafkaError) && other.cause instanceof TypeError);
});
