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

test('What a broker says drives no terminal and forges no line', () => {
  const said = 'no\u001b[2J\nsluice: all is well';
  for (const code of [29, 37]) {
    const { message } = errorOf('new topic', code, 'create topic t', said);
    assert.doesNotMatch(message, /\p{Cc}/u);
    assert.match(message, /no\\x1b\[2J\\x0asluice/);
  }
});

test('A missing right is named with the resource that it is missing on', () => {
  const of = { topic: 'files', group: 'sluice-office' };
  const table: readonly (readonly [Asked, number, string])[] = [
    ['metadata', 29, 'Describe on Topic:files'],
    ['produce', 29, 'Write on Topic:files'],
    ['produce', 31, 'Write on Topic:files'],
    ['producers', 29, 'Read on Topic:files'],
    ['fetch', 29, 'Read on Topic:files'],
    ['offsets', 29, 'Describe on Topic:files'],
    ['configuration', 29, 'DescribeConfigs on Topic:files'],
    ['new topic', 29, 'Create on Topic:files'],
    ['new topic', 31, 'Create on Topic:files'],
    ['coordinator', 30, 'Read on Group:sluice-office'],
    ['positions', 30, 'Read on Group:sluice-office'],
    ['commit', 30, 'Read on Group:sluice-office'],
    ['commit', 29, 'Read on Topic:files'],
    ['membership', 30, 'Read on Group:sluice-office'],
  ];
  for (const [asked, code, right] of table) {
    const { message } = errorOf(asked, code, 'ask', null, of);
    assert.ok(message.endsWith(`Ask for the right ${right}.`), message);
  }
  assert.match(errorOf('producer id', 31, 'get a producer id').message, /the right Write on the topics/);
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
