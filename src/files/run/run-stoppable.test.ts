import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kafka, KafkaError } from '../../kafka/contract.ts';
import { runStoppable } from './run-stoppable.ts';

for (const [what, hasBegun, grace] of [
  ['is on its way to the cluster', false, 1000],
  ['has begun', true, 10_000],
] as const)
  test(`A stopped run that ${what} is waited for ${grace / 1000} s where the cluster is away`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const closed = Promise.withResolvers<never>();
    let isClosed = false;
    const close = async (): Promise<void> => {
      isClosed = true;
      closed.reject(new KafkaError('closed', 'the client was closed'));
    };
    const stopping = new AbortController();
    const working = Promise.withResolvers<void>();
    const kafka: Pick<Kafka, 'close'> = { close };
    const run = runStoppable(
      { kafka: kafka as Kafka, signal: stopping.signal, onEvent: () => {} },
      async ({ report }) => {
        if (hasBegun) report();
        working.resolve();
        await closed.promise;
      },
    );
    await working.promise;
    stopping.abort();
    t.mock.timers.tick(grace - 1);
    assert.equal(isClosed, false);
    t.mock.timers.tick(1);
    assert.equal(isClosed, true);
    assert.equal((await run).interrupted, true);
  });
