import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { UploadOptions } from '../../src/files/shared/options.ts';
import type { Source } from '../../src/stores/contract.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

/** Both ends, watching until the test is over. */
function watching(t: TestContext, flow: Flow, options: Partial<UploadOptions> = {}, source?: Source) {
  const stop = new AbortController();
  const up = flow.up(
    { once: false, scanInterval: 50, signal: stop.signal, packBelow: 200, ...options },
    source === undefined ? {} : { source },
  );
  up.catch(() => {});
  const arrive = async (): Promise<void> => {
    await waitFor(async () => {
      await flow.down();
      assert.deepEqual(flow.received(), flow.sent());
      return true;
    });
  };
  const end = async () => {
    stop.abort();
    return up;
  };
  t.after(end);
  return { end, arrive };
}

async function prepared(): Promise<Flow> {
  const flow = new Flow();
  await flow.prepare(flow.cluster.client());
  return flow;
}

test('Files that are written, changed and replaced while the uploader watches arrive', async (t) => {
  const flow = await prepared();
  flow.source.write('first', noise(3000));
  const { arrive, end } = watching(t, flow);
  await arrive();
  flow.source.write('second', noise(20));
  flow.source.write('dir/third', noise(5000));
  await arrive();
  flow.source.write('first', noise(2000));
  flow.source.replace('second', noise(30));
  await arrive();
  const summary = await end();
  assert.deepEqual([summary.interrupted, summary.failed], [true, 0]);
  assert.equal(summary.files, 5);
});

test('Without notices the walk finds them', async (t) => {
  const flow = await prepared();
  const deaf: Source = Object.assign(Object.create(flow.source) as Source, {
    list: flow.source.list.bind(flow.source),
    look: flow.source.look.bind(flow.source),
    open: flow.source.open.bind(flow.source),
    watch: async () => ({ close: async () => {} }),
  });
  const { arrive } = watching(t, flow, {}, deaf);
  flow.source.write('a', noise(3000));
  await arrive();
  flow.source.write('a', noise(2000));
  flow.source.write('b', noise(20));
  await arrive();
});

test('A source that goes away is waited for, said once, and said again when it is back', async (t) => {
  const flow = await prepared();
  let isAway = true;
  const source: Source = {
    ...faultySource(flow.source, () => {}),
    list: (selection, unsendable) => {
      if (isAway) throw systemError('ENOENT', 'the folder was unmounted');
      return flow.source.list(selection, unsendable);
    },
    watch: async () => ({ close: async () => {} }),
  };
  flow.source.write('a', noise(3000));
  const { arrive } = watching(t, flow, {}, source);
  await waitFor(() => flow.told('waiting').length > 0);
  isAway = false;
  await arrive();
  assert.deepEqual(
    flow.told('waiting').map(({ on }) => on),
    ['source'],
  );
  assert.deepEqual(
    flow.told('resumed').map(({ on }) => on),
    ['source'],
  );
});

test('The last version of a file that changes all the time while it is sent', async (t) => {
  const flow = await prepared();
  let changes = 0;
  const source = faultySource(flow.source, ({ method, name, position = 0 }) => {
    if (method === 'read' && name === 'a' && position > 1000 && changes < 4) {
      changes++;
      flow.source.write('a', noise(3000));
    }
  });
  flow.source.write('a', noise(3000));
  flow.source.write('b', noise(3000));
  const { arrive } = watching(t, flow, {}, source);
  await waitFor(() => flow.told('sent').some(({ path }) => path === 'b'));
  await waitFor(() => changes === 4);
  await arrive();
  assert.deepEqual(flow.told('failed'), []);
});

test('Kafka goes away and comes back: nothing is lost, and a stopped uploader gets out', async (t) => {
  const flow = await prepared();
  const { arrive } = watching(t, flow);
  flow.source.write('before', noise(3000));
  await arrive();
  flow.cluster.stop();
  for (let index = 0; index < 5; index++) flow.source.write(`during${index}`, noise(3000));
  await waitFor(() => flow.uploadEvents.some((event) => event.type === 'progress' && event.filesOpen > 0));
  flow.cluster.start();
  await arrive();
});
