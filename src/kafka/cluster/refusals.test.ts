import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KafkaError } from '../contract.ts';
import { Code } from './error-codes.ts';
import { NotNow } from './failures.ts';
import { type Asked, errorOf } from './refusals.ts';

test('Too many replicas are refused for good, brokers that were not heard of lately are waited for', () => {
  const { invalidReplicationFactor } = Code;
  const fenced =
    'Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log directories cordoned.';
  assert.ok(errorOf('new topic', invalidReplicationFactor, 'create topic t', fenced) instanceof NotNow);
  const tooMany =
    'Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached.';
  for (const detail of [tooMany, null, undefined, '']) {
    const error = errorOf('new topic', invalidReplicationFactor, 'create topic t', detail);
    assert.ok(error instanceof KafkaError && error.kind === 'invalid', String(detail));
  }
});

const everything: readonly Asked[] = [
  'metadata',
  'producer id',
  'produce',
  'producers',
  'fetch',
  'offsets',
  'coordinator',
  'positions',
  'commit',
  'membership',
  'configuration',
  'new topic',
];

test('A code that proves nothing ends nothing, whatever was asked', () => {
  // What Kafka's own client asks again after (RetriableException), an error that nobody has thought of, and codes of later releases.
  const passing = [-1, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 72, 74, 75, 78, 89, 200, -2];
  for (const asked of everything)
    for (const code of passing) assert.ok(errorOf(asked, code, 'ask') instanceof NotNow, `${asked}: ${code}`);
});

test('Refusals are final, each by its kind', () => {
  const table: readonly (readonly [Asked, number, string])[] = [
    ['metadata', 29, 'unauthorized'],
    ['producer id', 31, 'unauthorized'],
    ['produce', 10, 'too-large'],
    ['produce', 87, 'invalid'],
    ['fetch', 1, 'out-of-range'],
    ['fetch', 29, 'unauthorized'],
    ['offsets', 43, 'unsupported'],
    ['coordinator', 30, 'unauthorized'],
    ['commit', 12, 'invalid'],
    ['commit', 22, 'fenced'],
    ['membership', 82, 'fenced'],
    ['membership', 23, 'invalid'],
    ['new topic', 44, 'invalid'],
  ];
  for (const [asked, code, kind] of table) {
    const error = errorOf(asked, code, 'ask');
    assert.ok(error instanceof KafkaError && error.kind === kind, `${asked}: ${code}`);
  }
});

test('What is refused until its user changes something is an error of configuration, and clocks are named', () => {
  const table: readonly (readonly [Asked, number])[] = [
    ['produce', 17],
    ['produce', 32],
    ['produce', 87],
    ['metadata', 17],
    ['new topic', 37],
    ['new topic', 38],
    ['new topic', 39],
    ['new topic', 40],
    ['new topic', 44],
    ['fetch', 29],
  ];
  for (const [asked, code] of table) {
    const error = errorOf(asked, code, 'ask');
    assert.ok(error instanceof KafkaError && error.exitCode === 2, `${asked}: ${code}`);
  }
  const ahead = errorOf('produce', 32, 'write to t-0');
  assert.match(ahead.message, /INVALID_TIMESTAMP.*clock.*message\.timestamp\.after\.max\.ms/);
});
