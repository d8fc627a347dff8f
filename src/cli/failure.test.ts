import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, IncompleteError, UnreachableError } from '../errors.ts';
import { failureText } from './failure.ts';
import { exitCodeOf } from './transfer.ts';

test('what was to be expected is one line with its cause', () => {
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:9092');
  const { text, exitCode } = failureText(new UnreachableError('no broker answered within 2s', { cause }));
  assert.equal(
    text,
    'sluice: no broker answered within 2s: connect ECONNREFUSED 127.0.0.1:9092. Check --bootstrap-servers, run sluice doctor, or start a Kafka for trying things out: sluice broker start',
  );
  assert.equal(exitCode, 4);
  const elsewhere = new UnreachableError('no answer: connect ECONNREFUSED 10.0.0.7:9092');
  assert.match(failureText(elsewhere).text, /Check --bootstrap-servers, or run sluice doctor$/);
  assert.match(
    failureText(new UnreachableError('None. Send it again.')).text,
    /Send it again\. Check --boot/,
  );
  assert.equal(failureText(new ConfigurationError('x')).exitCode, 2);
  assert.equal(failureText(new IncompleteError('bad \u001b name')).text, 'sluice: bad \\x1b name');
});

test('a surprise shows its stack', () => {
  const { text, exitCode } = failureText(new TypeError('undefined is not a function'));
  assert.match(
    text,
    /^sluice: an unexpected error.*report it.*\n {2}TypeError: undefined is not a function\n {6}at /s,
  );
  assert.equal(exitCode, 1);
});

test('no name, reason or stack forges a line or drives the terminal', () => {
  const hostile = 'a\u001b[2J\nsluice: all is well\u009b31m';
  for (const error of [new IncompleteError(hostile), new TypeError(hostile), hostile]) {
    const { text } = failureText(error);
    assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
    assert.equal(text.match(/^sluice:/gm)?.length, 1, text);
  }
});

test('exit codes of a run', () => {
  const summary = {
    files: 1,
    bytes: 1,
    unchanged: 0,
    failed: 0,
    records: 1,
    wireBytes: 1,
    seconds: 1,
    interrupted: false,
  };
  assert.equal(exitCodeOf(summary), 0);
  assert.equal(exitCodeOf({ ...summary, failed: 1 }), 3);
  assert.equal(exitCodeOf({ ...summary, open: 1 }), 3);
  assert.equal(exitCodeOf({ ...summary, failed: 1, interrupted: true }), 130);
});
