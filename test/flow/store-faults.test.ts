/** Sources that are no disk: what a store says of a file, of the one that is open, and of everything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../src/errors.ts';
import type { FileLook, Source } from '../../src/stores/contract.ts';
import { StoreFault } from '../../src/stores/store-fault.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

function fault(code: string): StoreFault {
  return new StoreFault(`cannot read s3://bucket/a: ${code}`, { scope: 'name', code });
}

/** Small files go in packs, others by themselves. */
const packBelow = 200;

test('What a store refuses to give out is named once, and sent when it is another one', async (t) => {
  const flow = new Flow();
  flow.source.write('large', noise(3000));
  flow.source.write('small', noise(100));
  flow.source.write('other', noise(100));
  let opened = 0;
  const archived = new Set(['large', 'small']);
  let walks = 0;
  const faulty = faultySource(flow.source, ({ method, name }) => {
    if (method !== 'open' || !archived.has(name)) return;
    opened++;
    throw fault('EINVAL');
  });
  const source: Source = {
    ...faulty,
    list: (...selection) => {
      walks++;
      return faulty.list(...selection);
    },
  };
  const stop = new AbortController();
  const watching = { once: false, scanInterval: 20, signal: stop.signal, packBelow };
  const up = flow.up(watching, { source });
  t.after(() => stop.abort());
  await waitFor(() => flow.told('not-sent').length === 2 && flow.told('sent').length === 1);
  const seen = walks + 5;
  await waitFor(() => walks >= seen, { what: 'walks that come by' });
  assert.deepEqual(
    flow
      .told('not-sent')
      .map(({ path, again }) => [path, again])
      .toSorted(),
    [
      ['large', false],
      ['small', false],
    ],
  );
  assert.equal(opened, 2, 'it is not tried for ever');
  archived.clear();
  for (const path of ['large', 'small']) flow.source.replace(path, noise(300));
  await waitFor(() => flow.told('sent').length === 3);
  stop.abort();
  assert.equal((await up).failed, 2);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('A version that is gone while it is read is given up, and the newest is sent', async () => {
  const flow = new Flow();
  for (const path of ['large', 'small']) flow.source.write(path, noise(path === 'large' ? 9000 : 100));
  const stale = new Set(['large', 'small']);
  const source = faultySource(flow.source, ({ method, name, position = 0 }) => {
    if (method !== 'read' || (name === 'large' && position < 4000) || !stale.delete(name)) return;
    flow.source.replace(name, noise(150));
    throw fault('ESTALE');
  });
  const up = await flow.up({ packBelow }, { source });
  assert.deepEqual([up.files, up.failed], [2, 0]);
  for (const { reason, again } of flow.told('not-sent'))
    assert.deepEqual([reason, again], ['it was replaced or removed while it was read', true]);
  const aborts = (await flow.records()).filter(({ decoded }) => decoded?.kind === 'abort');
  assert.equal(aborts.length, 1, 'of what was begun');
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('The look that an uploader noted goes into the records, and tells no versions apart', async () => {
  const flow = new Flow();
  for (const path of ['large', 'small']) flow.source.write(path, noise(path === 'large' ? 3000 : 100));
  const kept: FileLook = { mtime: '1354040105123456789', mode: 0o600 };
  const source: Source = {
    ...faultySource(flow.source, () => {}),
    open: async (path) => {
      const file = await flow.source.open(path);
      return {
        look: async () => ({ ...(await file.look()), kept }),
        read: file.read.bind(file),
        close: file.close.bind(file),
      };
    },
  };
  await flow.up({ packBelow }, { source });
  await flow.down();
  for (const path of ['large', 'small']) {
    const { mtime, mode } = flow.disk.files.get(`${flow.uploader}/${path}`)!;
    assert.deepEqual([mtime, mode], [kept.mtime, kept.mode], path);
  }
  assert.equal((await flow.up({ packBelow }, { source })).unchanged, 2);
});

test('What no waiting mends ends the run, wherever it is met', async () => {
  for (const method of ['open', 'read', 'lookOpen'])
    for (const size of [100, 3000]) {
      const flow = new Flow();
      flow.source.write('a', noise(size));
      const source = faultySource(flow.source, (call) => {
        if (call.method === method) throw new ConfigurationError('access is denied');
      });
      await assert.rejects(flow.up({ packBelow }, { source }), { name: 'ConfigurationError' }, method);
    }
  const flow = new Flow();
  const source: Source = {
    ...faultySource(flow.source, () => {}),
    list: () => {
      throw new ConfigurationError('there is no such bucket');
    },
  };
  await assert.rejects(flow.up({}, { source }), { name: 'ConfigurationError' });
});
