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
  reporter.waiting(who, performance.now(), failure.message);
  assert.deepEqual(told, []);
  reporter.waiting(who, performance.now() - 2000, failure.message);
  reporter.waiting(who, performance.now() - 2000, failure.message);
  reporter.settled(who);
  assert.deepEqual(told, ['unreachable', 'connected']);
});

test('what gives up or is closed does not say that Kafka answers', async () => {
  const told: string[] = [];
  const reporter = new StatusReporter(({ state }) => told.push(state));
  const who = {};
  reporter.waiting(who, performance.now() - 2000, failure.message);
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

test('Since when something fails is told by the clock of the wall, and measured by the steady one', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000_000 });
  const told: { readonly state: string; readonly since: number }[] = [];
  const reporter = new StatusReporter((status) => told.push(status));
  const who = {};
  // An hour back, in the middle of it.
  t.mock.timers.setTime(1_000_000_000 - 3600_000);
  reporter.waiting(who, performance.now() - 5000, failure.message);
  assert.equal(told.length, 1);
  const { since } = told[0]!;
  assert.ok(Math.abs(since - (1_000_000_000 - 3605_000)) < 2000, `${since}`);
});

test('a quota that lets nothing through is told when others cannot be why, and no more than once in a while', () => {
  const told: string[] = [];
  const reporter = new StatusReporter(({ state, message }) => told.push(`${state}: ${message}`));
  reporter.withheld('files', performance.now() - 29_000);
  assert.deepEqual(told, []);
  reporter.throttled(1000);
  reporter.withheld('files', performance.now() - 40_000);
  reporter.withheld('files', performance.now() - 41_000);
  assert.equal(told.length, 2);
  assert.match(
    told[1]!,
    /^throttled: .* nothing of topic files through for 40 s\. .* raise consumer_byte_rate/,
  );
});
