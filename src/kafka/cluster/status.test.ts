import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnreachableError } from '../../errors.ts';
import { Backoff } from './backoff.ts';
import { StatusReporter } from './status.ts';

const failure = new Error('connect ECONNREFUSED');

test('after a failure of a second it is told once, and once more when it works again', () => {
  const told: string[] = [];
  const reporter = new StatusReporter(({ state }) => told.push(state));
  const who = {};
  reporter.waiting(who, Date.now(), failure.message);
  assert.deepEqual(told, []);
  reporter.waiting(who, Date.now() - 2000, failure.message);
  reporter.waiting(who, Date.now() - 2000, failure.message);
  reporter.settled(who);
  assert.deepEqual(told, ['unreachable', 'connected']);
});

test('what gives up or is closed does not say that Kafka answers', async () => {
  const told: string[] = [];
  const reporter = new StatusReporter(({ state }) => told.push(state));
  const who = {};
  reporter.waiting(who, Date.now() - 2000, failure.message);
  reporter.abandoned(who);
  assert.deepEqual(told, ['unreachable']);

  const backoff = new Backoff({
    what: 'reach it',
    giveUpAfter: 0,
    signal: new AbortController().signal,
    reporter,
  });
  await assert.rejects(backoff.pause(failure), UnreachableError);
  const closed = new Backoff({
    what: 'reach it',
    giveUpAfter: undefined,
    signal: AbortSignal.abort(),
    reporter,
  });
  await assert.rejects(closed.pause(failure), { name: 'KafkaError', kind: 'closed' });
  assert.deepEqual(told, ['unreachable']);
});
