import assert from 'node:assert/strict';
import { link, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../src/errors.ts';
import type { UploadEvent } from '../../src/files/shared/events.ts';
import type { Source } from '../../src/stores/contract.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

const move = { move: true, packBelow: 200 } as const;

function filled(): Flow {
  const flow = new Flow();
  for (const [path, size] of [
    ['small', 10],
    ['dir/small too', 100],
    ['empty', 0],
    ['large', 5000],
  ] as const)
    flow.source.write(path, noise(size));
  return flow;
}

const paths = (events: readonly UploadEvent[], wanted: UploadEvent['type']): string[] =>
  events.flatMap((event) => (event.type === wanted && 'path' in event ? event.path : [])).toSorted();

describe('Moving files', { concurrency: true }, () => {
  test('What was sent is removed, and stands at the sink', async () => {
    const flow = filled();
    const sent = flow.sent(sha256);
    const all = flow.source.paths().toSorted();
    const { files, failed } = await flow.up(move);
    assert.deepEqual([files, failed, flow.source.paths()], [4, 0, []]);
    assert.deepEqual(paths(flow.uploadEvents, 'removed'), all);
    await flow.down();
    assert.deepEqual(flow.received(sha256), sent);
    assert.equal((await flow.up(move)).files, 0);
  });

  test('Nothing is removed without being asked for', async () => {
    const flow = filled();
    await flow.up();
    assert.equal(flow.source.paths().length, 4);
  });

  test('What changed since it was sent stays, and is sent by the next run', async () => {
    const flow = filled();
    const onEvent = (event: UploadEvent): void => {
      if (event.type === 'sent') flow.source.write(event.path, noise(77));
    };
    await flow.up({ ...move, onEvent });
    assert.equal(flow.source.paths().length, 4);
    const sent = flow.sent(sha256);
    assert.equal((await flow.up(move)).files, 4);
    assert.deepEqual(flow.source.paths(), []);
    await flow.down();
    assert.deepEqual(flow.received(sha256), sent);
  });

  test('What an earlier run sent and did not remove is removed, and not sent again', async () => {
    const flow = filled();
    await flow.up({ packBelow: 200 });
    const { files, unchanged } = await flow.up(move);
    assert.deepEqual([files, unchanged, flow.source.paths()], [0, 4, []]);
  });

  test('What an earlier run sent, and the topic has no more, stays, and is told', async () => {
    const flow = filled();
    await flow.up({ packBelow: 200 });
    for (const partition of [0, 1, 2])
      flow.cluster.deleteRecords(flow.topic, partition, Number.MAX_SAFE_INTEGER);
    const all = flow.source.paths().toSorted();
    const events: UploadEvent[] = [];
    const { failed } = await flow.up({ ...move, onEvent: (event) => events.push(event) });
    assert.deepEqual([failed, flow.source.paths().toSorted()], [4, all]);
    assert.deepEqual(paths(events, 'not-removed'), all);
    assert.equal((await flow.up({ ...move, resend: true })).files, 4);
    assert.deepEqual(flow.source.paths(), []);
    await flow.down();
    assert.deepEqual(Object.keys(flow.received(sha256)).toSorted(), all);
  });

  test('A file that cannot be removed is told once, counts as failed, and is not sent again', async () => {
    const flow = filled();
    const faulty: Source = faultySource(flow.source, ({ method, name }) => {
      if (method === 'removeIfSame' && name === 'large')
        throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    });
    const events: UploadEvent[] = [];
    const { failed } = await flow.up({ ...move, onEvent: (event) => events.push(event) }, { source: faulty });
    assert.deepEqual([failed, flow.source.paths()], [1, ['large']]);
    assert.deepEqual(paths(events, 'not-removed'), ['large']);
    assert.deepEqual((await flow.up(move)).files, 0);
    assert.deepEqual(flow.source.paths(), []);
  });

  test('A source that cannot remove what it is asked to, and links that are followed, are refused', async () => {
    const flow = filled();
    const cannot = faultySource(flow.source, () => {}) as { removeIfSame?: unknown };
    cannot.removeIfSame = undefined;
    const { packBelow: _, ...asked } = move;
    await assert.rejects(flow.up(asked, { source: cannot as Source }), ConfigurationError);
    await assert.rejects(flow.up({ ...asked, followSymlinks: true }), /--follow-symlinks/);
    assert.equal(flow.source.paths().length, 4);
  });
});

test('All names of files that have several are sent, and then removed, in one run', async (t) => {
  for (const notTwice of ['auto', 'never'] as const) {
    const flow = new Flow();
    const root = await temporaryFolder(t);
    for (const [name, size] of [
      ['small', 10],
      ['large', 50_000],
    ] as const) {
      await writeFile(join(root, `${name} 0`), noise(size));
      for (let more = 1; more < 30; more++)
        await link(join(root, `${name} 0`), join(root, `${name} ${more}`));
    }
    const source = await openDiskSource(root);
    const summary = await flow.up({ ...move, notTwice }, { source });
    assert.deepEqual([summary.files, summary.failed], [60, 0]);
    assert.deepEqual(await readdir(root), []);
    await flow.down();
    assert.equal(Object.keys(flow.received()).length, 60);
  }
});
