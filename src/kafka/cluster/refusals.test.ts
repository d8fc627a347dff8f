import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KafkaError } from '../contract.ts';
import { Code } from './error-codes.ts';
import { NotNow } from './failures.ts';
import { errorOf } from './refusals.ts';

test('Too many replicas are refused for good, brokers that were not heard of lately are waited for', () => {
  const { invalidReplicationFactor } = Code;
  const fenced =
    'Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log directories cordoned.';
  assert.ok(errorOf(invalidReplicationFactor, 'create topic t', fenced) instanceof NotNow);
  const tooMany =
    'Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached.';
  for (const detail of [tooMany, null, undefined, '']) {
    const error = errorOf(invalidReplicationFactor, 'create topic t', detail);
    assert.ok(error instanceof KafkaError && error.kind === 'invalid', String(detail));
  }
});
