/** Files that were told not to be sent, and need no more attention. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TransferTally } from '../../src/files/run/transfer-tally.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

/** An uploader that watches, of which `locked` cannot be read, and notices of which are heard or not. */
async function ground(t: TestContext, isHeard: boolean) {
  const flow = new Flow();
  await flow.prepare(flow.cluster.client());
  const locked = new Set<string>();
  const tally = new TransferTally();
  const source = {
    ...faultySource(flow.source, ({ method, name }) => {
      if (method === 'open' && locked.has(name)) throw systemError('EACCES', 'permission denied');
    }),
    ...(isHeard ? {} : { watch: async () => ({ close: async () => {} }) }),
  };
  const stop = new AbortController();
  const begin = (): void => {
    const running = flow.up(
      {
        ...{ once: false, scanInterval: 50, signal: stop.signal },
        onEvent: (event) => {
          tally.see(event);
          flow.uploadEvents.push(event);
        },
      },
      { source },
    );
    t.after(() => {
      stop.abort();
      return running;
    });
  };
  return { flow, locked, tally, begin };
}

for (const isHeard of [true, false])
  test(`What is gone before it could be sent is parked no more${isHeard ? '' : ', also where the walk alone finds it out'}`, async (t) => {
    const { flow, locked, tally, begin } = await ground(t, isHeard);
    locked.add('a');
    flow.source.write('a', noise(10));
    flow.source.write('b', noise(10));
    begin();
    await waitFor(() => tally.parked.has('a'));
    flow.source.remove('a');
    await waitFor(() => tally.parked.size === 0);
    assert.deepEqual(
      flow.told('settled').map(({ path }) => path),
      ['a'],
    );
  });

test('A name that cannot be sent is parked no more when it is gone', async (t) => {
  const { flow, tally, begin } = await ground(t, false);
  flow.source.write('a\0b', noise(10));
  flow.source.write('b', noise(10));
  begin();
  await waitFor(() => tally.parked.size === 1);
  const [name = ''] = tally.parked.keys();
  flow.source.remove(name);
  await waitFor(() => tally.parked.size === 0);
});

test('What could not be compared, and is found to be as it was sent, is parked no more', async (t) => {
  const { flow, locked, tally, begin } = await ground(t, true);
  flow.source.write('a', noise(10));
  begin();
  await waitFor(() => flow.told('sent').length === 1);
  locked.add('a');
  flow.source.touchInode('a');
  await waitFor(() => tally.parked.has('a'));
  locked.clear();
  await waitFor(() => tally.parked.size === 0);
  assert.equal(flow.told('sent').length, 1);
});
