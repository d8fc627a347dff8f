import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Source } from '../../src/stores/contract.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';

/** What is done to a file in the middle of its reading. */
const changes: Readonly<Record<string, (flow: Flow, path: string) => void | Promise<void>>> = {
  'written to': ({ source }, path) => source.write(path, noise(5000)),
  shrunk: ({ source }, path) => source.write(path, noise(1500)),
  'shrunk to nothing': ({ source }, path) => source.write(path, noise(0)),
  grown: ({ source }, path) => source.write(path, noise(9000)),
  replaced: ({ source }, path) => source.replace(path, noise(5000)),
  deleted: ({ source }, path) => source.remove(path),
  'written to, size and time restored': async ({ source }, path) => {
    const look = await source.look(path);
    source.write(path, noise(5000), { mtime: look!.mtime });
  },
};
/** Where the reading is then. */
const positions = [0, 2000, 4500];

/** A source whose files each change once, as their names say: `what@position`. */
function changing(flow: Flow): Source {
  const changed = new Set<string>();
  return faultySource(flow.source, async ({ method, name, position = 0 }) => {
    const [what = '', at] = name.split('@');
    if (method !== 'read' || at === undefined || position < Number(at) || changed.has(name)) return;
    changed.add(name);
    await changes[what]!(flow, name);
  });
}

// Most of these wait: for a second try, or for a disk.
describe('What happens to files while they are read', { concurrency: true }, () => {
  test('Files that change while they are read are aborted by a record, and sent as they are then', async () => {
    const flow = new Flow();
    const names = Object.keys(changes).flatMap((what) => positions.map((position) => `${what}@${position}`));
    for (const name of names) flow.source.write(name, noise(5000), { mtime: '1700000000000000000' });
    flow.source.write('other', noise(3000));
    const up = await flow.up({}, { source: changing(flow) });
    assert.equal(up.files, names.length + 1 - positions.length);
    assert.equal(up.failed, 0);
    const told = flow.told('not-sent');
    assert.deepEqual(told.map(({ path }) => path).toSorted(), names.toSorted());
    assert.ok(told.every(({ again }) => again));
    const aborts = (await flow.records()).filter(({ decoded }) => decoded?.kind === 'abort');
    assert.equal(aborts.length, names.length);
    const down = await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
    assert.deepEqual([down.open, down.failed, flow.disk.parts.size], [0, 0, 0]);
  });

  test('Small files that change while their pack is read leave the others alone, and come later', async () => {
    const flow = new Flow({ maxMessageBytes: 262_144 });
    for (const what of Object.keys(changes)) {
      flow.source.write(`${what}@0`, noise(5000), { mtime: '1700000000000000000' });
      flow.source.write(`beside ${what}`, noise(100));
    }
    const up = await flow.up({ packBelow: 10_000, linger: 20 }, { source: changing(flow) });
    assert.equal(up.files, 2 * Object.keys(changes).length - 1);
    const down = await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
    assert.equal(down.failed, 0);
  });

  test('Files that never come to rest, or cannot be read, are told after three tries, and others go on', async () => {
    const flow = new Flow({ maxMessageBytes: 16_384 });
    const methods = ['open', 'read', 'lookOpen'];
    for (const method of methods) {
      flow.source.write(`packed ${method}`, noise(100));
      flow.source.write(`large ${method}`, noise(20_000));
    }
    flow.source.write('restless', noise(3000));
    flow.source.write('calm', noise(3000));
    const source = faultySource(flow.source, ({ method, name, position }) => {
      if (method === 'read' && name === 'restless' && position === 0) flow.source.write(name, noise(3000));
      if (name.endsWith(` ${method}`)) throw systemError('EIO', 'input/output error');
    });
    const up = await flow.up({ packBelow: 1000 }, { source });
    assert.deepEqual([up.files, up.failed], [1, 2 * methods.length + 1]);
    const told = Map.groupBy(flow.told('not-sent'), ({ path }) => path);
    assert.equal(told.size, 2 * methods.length + 1);
    for (const [path, events] of told) {
      assert.deepEqual(
        events.map(({ again }) => again),
        [true, true, false],
      );
      assert.match(events.at(-1)?.reason ?? '', path === 'restless' ? /changed/ : /EIO/);
    }
    const down = await flow.down();
    assert.deepEqual(Object.keys(flow.received()), ['calm']);
    assert.deepEqual([down.open, down.failed, flow.disk.parts.size], [0, 0, 0]);
  });

  test('A file that cannot be looked at is told', async () => {
    const flow = new Flow();
    flow.source.write('bad', noise(3000));
    flow.source.write('good', noise(3000));
    const source = faultySource(flow.source, ({ method, name }) => {
      if (method === 'look' && name === 'bad') throw systemError('EIO', 'input/output error');
    });
    const up = await flow.up({ minAge: 1 }, { source });
    assert.deepEqual([up.files, up.failed], [1, 1]);
    assert.match(flow.told('not-sent').at(-1)?.reason ?? '', /EIO/);
  });

  test('A file that can be read again later in the run is sent', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(3000));
    const source = faultySource(
      flow.source,
      once(
        'read',
        () => {
          throw systemError('EIO', 'input/output error');
        },
        1000,
      ),
    );
    const up = await flow.up({}, { source });
    assert.deepEqual([up.files, up.failed], [1, 0]);
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
    assert.equal(flow.disk.parts.size, 0);
  });

  test('An edit of the same size with its time restored is found by the inode', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(3000), { mtime: '1700000000000000000' });
    await flow.up();
    await flow.down();
    flow.source.write('a', noise(3000), { mtime: '1700000000000000000' });
    assert.equal((await flow.up()).files, 1);
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A touched inode alone sends nothing again', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(3000));
    flow.source.write('b', noise(30));
    await flow.up({ packBelow: 100 });
    const before = (await flow.records()).length;
    flow.source.touchInode('a');
    flow.source.touchInode('b');
    const up = await flow.up({ packBelow: 100 });
    assert.deepEqual([up.files, up.unchanged], [0, 2]);
    assert.equal((await flow.records()).length, before);
  });

  test('A file deleted after half of it was sent, while the uploader was away, leaves nothing behind', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(5000));
    flow.source.write('b', noise(100));
    const stop = new AbortController();
    const source = faultySource(
      flow.source,
      once('read', () => stop.abort(), 2000),
    );
    await flow.up({ signal: stop.signal, parallel: 1 }, { source });
    await flow.down();
    assert.equal(flow.disk.parts.size, 1);
    flow.source.remove('a');
    await flow.up();
    const down = await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
    assert.deepEqual([down.open, flow.disk.parts.size], [0, 0]);
  });
});
