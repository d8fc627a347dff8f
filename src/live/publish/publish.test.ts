import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, UnreachableError } from '../../errors.ts';
import { publish } from './publish.ts';

/** Nobody listens there. */
const nowhere = { 'bootstrap.servers': '127.0.0.1:1' };

test('A run that is interrupted before Kafka answered ends soon, and so does one that may give up', async () => {
  const stop = new AbortController();
  const run = publish({
    kafka: nowhere,
    stream: 'cam',
    input: 'test',
    signal: stop.signal,
    onEvent: ({ type }) => {
      if (type === 'waiting') stop.abort();
    },
  });
  const summary = await run;
  assert.deepEqual([summary.interrupted, summary.parts], [true, 0]);
  await assert.rejects(
    publish({ kafka: nowhere, stream: 'cam', input: 'test', giveUpAfter: 100 }),
    UnreachableError,
  );
});

test('What cannot be is refused before anything is connected', async () => {
  await assert.rejects(publish({ kafka: nowhere, stream: '../cam', input: 'test' }), ConfigurationError);
  await assert.rejects(publish({ kafka: nowhere, stream: 'cam', input: 'none.mp4' }), (error: Error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /none\.mp4: No such file/);
    return true;
  });
  const renditions = [{ name: 'ws' }];
  await assert.rejects(
    publish({ kafka: nowhere, stream: 'cam', input: 'test', renditions }),
    ConfigurationError,
  );
});
