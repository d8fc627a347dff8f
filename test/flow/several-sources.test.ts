/** One uploader of several sources: each is a folder under its name, and none is held up or taken for empty by another. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IncompleteError } from '../../src/errors.ts';
import type { Selection, Source, SourceFile } from '../../src/stores/contract.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { SeveralSources } from '../../src/stores/several-sources.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { list } from '../support/look.ts';
import { waitFor } from '../support/wait.ts';

const everything: Selection = { file: () => true, folder: () => true };

function filled(paths: readonly string[]): MemorySource {
  const source = new MemorySource();
  for (const path of paths) source.write(path, noise(900));
  return source;
}

/** A walk through it begins when a promise has settled. */
class OddSource extends MemorySource {
  readonly #begin: Promise<void>;

  constructor(begin: Promise<void>) {
    super();
    this.#begin = begin;
    begin.catch(() => {});
  }

  override async *list(...what: Parameters<MemorySource['list']>): AsyncGenerator<SourceFile> {
    await this.#begin;
    yield* super.list(...what);
  }
}

const several = (sources: Readonly<Record<string, Source>>) =>
  new SeveralSources(new Map(Object.entries(sources)));

async function pathsOf(source: Source, selection = everything): Promise<string[]> {
  const files: SourceFile[] = await Array.fromAsync(source.list(selection, () => {}));
  return files.map(({ path }) => path).toSorted();
}

async function remembered(flow: Flow): Promise<string[]> {
  return (await list(flow)).map(({ path, state }) => `${path} ${state}`).toSorted();
}

describe('Several sources', { concurrency: true }, () => {
  test('Each is a folder, and all that a source does goes to the right one', async () => {
    const [photos, logs] = [filled(['a.jpg', 'trip/b.jpg']), filled(['a.jpg'])];
    const source = several({ photos, logs });
    assert.equal(source.place, 'photos=memory, logs=memory');
    assert.deepEqual(await pathsOf(source), ['logs/a.jpg', 'photos/a.jpg', 'photos/trip/b.jpg']);
    const look = await source.look('logs/a.jpg');
    assert.deepEqual({ ...look, path: 'a.jpg' }, await logs.look('a.jpg'));
    const file = await source.open('photos/trip/b.jpg');
    const bytes = new Uint8Array(900);
    assert.equal(await file.read(bytes, 0), 900);
    assert.equal((await file.look()).path, 'photos/trip/b.jpg');
    assert.equal(md5(bytes), md5(photos.bytes('trip/b.jpg')));
    await file.close();
    assert.equal(await source.removeIfSame?.(look!), 'removed');
    assert.deepEqual([logs.paths(), photos.paths()], [[], ['a.jpg', 'trip/b.jpg']]);
    await assert.rejects(source.look('other/a.jpg'), /in none of the sources photos, logs/);
  });

  test('Selections and notices have the names; a whole source can be left out', async () => {
    const [photos, logs] = [filled(['a.jpg']), filled(['x', 'y'])];
    const source = several({ photos, logs });
    const asked: string[] = [];
    const selection: Selection = {
      file: (path) => {
        asked.push(path);
        return path !== 'logs/x';
      },
      folder: (path) => path !== 'photos',
    };
    assert.deepEqual(await pathsOf(source, selection), ['logs/y']);
    assert.deepEqual(asked.toSorted(), ['logs/x', 'logs/y']);
    const hints: string[] = [];
    const watcher = await source.watch((path) => hints.push(path), everything);
    photos.write('new', noise(1));
    await watcher.close();
    photos.write('later', noise(1));
    assert.deepEqual(hints, ['photos/new']);
  });

  test('One that cannot be read, or takes long, holds up none of the others', async () => {
    const release = Promise.withResolvers<void>();
    const [broken, slow] = [new OddSource(Promise.reject(new Error('EIO'))), new OddSource(release.promise)];
    slow.write('late', noise(10));
    const source = several({ broken, slow, good: filled(['a', 'b']) });
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { path } of source.list(everything, () => {})) {
        seen.push(path);
        if (path === 'good/b') release.resolve();
      }
    }, /EIO/);
    assert.deepEqual(seen, ['good/a', 'good/b', 'slow/late']);
  });

  test('They are sent by one uploader under one lease, and told under their names', async () => {
    const flow = new Flow();
    const [photos, logs] = [filled(['a.jpg', 'trip/b.jpg']), filled(['a.jpg'])];
    const source = several({ photos, logs });
    const up = await flow.up({}, { source });
    assert.deepEqual([up.files, up.failed], [3, 0]);
    assert.deepEqual(await remembered(flow), [
      'logs/a.jpg complete',
      'photos/a.jpg complete',
      'photos/trip/b.jpg complete',
    ]);
    await flow.down();
    assert.equal(flow.received()['logs/a.jpg'], md5(logs.bytes('a.jpg')));
    assert.equal((await flow.up({}, { source })).unchanged, 3);
    logs.write('new', noise(10));
    const moved = await flow.up({ move: true }, { source });
    assert.deepEqual([moved.files, photos.paths(), logs.paths()], [1, [], []]);
  });

  test('While one store does not answer, what is to be looked at twice, and what is noticed, is sent from the others', async () => {
    const flow = new Flow();
    const release = Promise.withResolvers<void>();
    const [slow, good] = [new OddSource(release.promise), filled(['a', 'b'])];
    slow.write('late', noise(10));
    const stop = new AbortController();
    const paths = () => flow.told('sent').map(({ path }) => path);
    const running = flow.up(
      { once: false, minAge: 20, scanInterval: 20, signal: stop.signal },
      { source: several({ slow, good }) },
    );
    await waitFor(() => paths().length === 2);
    good.write('c', noise(10));
    await waitFor(() => paths().includes('good/c'));
    release.resolve();
    await waitFor(() => paths().includes('slow/late'));
    stop.abort();
    await running;
    assert.equal(paths().length, 4);
  });

  test('What is removed while it is sent, and was the only file of its source, is no end of the run', async () => {
    const flow = new Flow();
    const [disk, other] = [filled(['only']), filled(['x'])];
    const walk = async (): Promise<void> => {
      disk.remove('only');
      // Whoever walks through now finds nothing there.
      await pathsOf(source);
    };
    const removing = faultySource(disk, once('read', walk));
    const source: Source = several({ disk: removing, other });
    const up = await flow.up({}, { source });
    assert.deepEqual([up.files, up.failed], [1, 0]);
    assert.deepEqual(
      flow.told('not-sent').map(({ path, again }) => [path, again]),
      [['disk/only', true]],
    );
    assert.deepEqual(
      flow.told('sent').map(({ path }) => path),
      ['other/x'],
    );
  });

  test('With --compare digest a file is read once, though another source cannot be read at all', async () => {
    const flow = new Flow();
    const good = filled(['a', 'b']);
    await flow.up({}, { source: several({ good }) });
    const reads: string[] = [];
    let walks = 0;
    const counted = faultySource(good, ({ method, name }) => {
      if (method === 'open') reads.push(name);
    });
    const broken = new OddSource(Promise.reject(new Error('EIO')));
    const source = several({ good: counted, broken });
    const list = source.list.bind(source);
    const walked = Object.assign(source, {
      list: (...what: Parameters<Source['list']>) => {
        walks++;
        return list(...what);
      },
    });
    const stop = new AbortController();
    const running = flow.up(
      { compare: 'digest', once: false, scanInterval: 10, signal: stop.signal },
      { source: walked },
    );
    await waitFor(() => reads.length >= 2 && walks > 4);
    stop.abort();
    await running;
    assert.deepEqual(reads.toSorted(), ['a', 'b']);
  });

  test('One store that is given up (once) cuts off nothing that is being sent from the others', async () => {
    const flow = new Flow();
    const [away, good] = [new OddSource(Promise.reject(new IncompleteError('given up'))), new MemorySource()];
    good.write('large', noise(5000));
    const begun = Promise.withResolvers<void>();
    const slow = faultySource(
      good,
      once('read', () => begun.promise, 2000),
    );
    const source = several({ away, good: slow });
    const list = source.list.bind(source);
    Object.assign(source, {
      list: async function* (...what: Parameters<Source['list']>) {
        try {
          yield* list(...what);
        } finally {
          // Not before the store was given up.
          setImmediate(() => begun.resolve());
        }
      },
    });
    await assert.rejects(flow.up({ bufferBytes: 1024 }, { source }), /given up/);
    assert.deepEqual(
      flow.told('sent').map(({ path }) => path),
      ['good/large'],
    );
  });

  test('What is half sent is given up when it is removed; not when its source is empty, or not read any more', async () => {
    const halfSent = async () => {
      const flow = new Flow();
      const [disk, other] = [filled(['standing']), filled(['x'])];
      disk.write('half', noise(5000));
      await flow.up({ include: ['standing', 'x'] }, { source: several({ disk, other }) });
      const stop = new AbortController();
      const stopped = faultySource(
        disk,
        once('read', () => stop.abort(), 2000),
      );
      await flow.up(
        { signal: stop.signal, bufferBytes: 1024 },
        { source: several({ disk: stopped, other }) },
      );
      assert.ok((await remembered(flow)).includes('disk/half sending'));
      return { flow, disk, other };
    };
    const removed = await halfSent();
    removed.disk.remove('half');
    await removed.flow.up({}, { source: several({ disk: removed.disk, other: removed.other }) });
    assert.deepEqual(await remembered(removed.flow), ['disk/standing complete', 'other/x complete']);

    const unmounted = await halfSent();
    const empty = new MemorySource();
    empty.root = 'mount point';
    await unmounted.flow.up({}, { source: several({ disk: empty, other: unmounted.other }) });
    assert.ok((await remembered(unmounted.flow)).includes('disk/half sending'));

    const dropped = await halfSent();
    await dropped.flow.up({}, { source: several({ other: dropped.other }) });
    assert.ok((await remembered(dropped.flow)).includes('disk/half sending'));
  });
});
