/** Copies beside what else may be asked of an uploader, a downloader and a list. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UploadEvent } from '../../src/files/shared/events.ts';
import type { SourceFile } from '../../src/stores/contract.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { list } from '../support/look.ts';

const always = { notTwice: 'always' } as const;

function copied(events: readonly UploadEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'sent' && event.copyOf !== undefined ? event.path : []));
}

describe('Copies', { concurrency: true }, () => {
  test('Where digests alone tell, a file that looks as it was sent is no copy of what it was', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(5000), { mtime: '1700000000000000123' });
    const looks = new Map<string, SourceFile>();
    await flow.up(always);
    looks.set('a', (await flow.source.look('a'))!);
    const seen = faultySource(flow.source, () => {});
    const source = {
      ...seen,
      list: async function* (...args: Parameters<typeof flow.source.list>) {
        for await (const file of flow.source.list(...args)) yield looks.get(file.path)!;
      },
      look: async (path: string) => looks.get(path),
      open: async (path: string) => ({
        ...(await flow.source.open(path)),
        look: async () => looks.get(path)!,
      }),
    };
    flow.source.write('a', noise(5000));
    const { files, wireBytes } = await flow.up({ ...always, compare: 'digest' }, { source });
    assert.deepEqual([files, wireBytes, copied(flow.uploadEvents)], [1, 5000, []]);
    await flow.down();
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  });

  test('Where times are coarse, as on a card, another file that looks as one that was sent did is read', async () => {
    const flow = new Flow();
    const coarse = { mtime: '1700000000120000000', ctime: '1700000000120000000', inode: '7' };
    const looking = async (path: string) => {
      const file = await flow.source.look(path);
      return file && { ...file, ...coarse };
    };
    const source = {
      ...faultySource(flow.source, () => {}),
      list: async function* (...args: Parameters<typeof flow.source.list>) {
        for await (const file of flow.source.list(...args)) yield { ...file, ...coarse };
      },
      look: looking,
      open: async (path: string) => ({
        ...(await flow.source.open(path)),
        look: async () => (await looking(path))!,
      }),
    };
    flow.source.write('a', noise(5000));
    await flow.up(always, { source });
    flow.source.remove('a');
    flow.source.write('b', noise(5000));
    const { files, wireBytes } = await flow.up(always, { source });
    assert.deepEqual([files, wireBytes, copied(flow.uploadEvents)], [1, 5000, []]);
  });

  test('A copy that was touched is told by its digest, and stays one', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(5000));
    await flow.up(always);
    flow.source.write('b', flow.source.bytes('a'));
    await flow.up(always);
    for (const mtime of ['1700000000000000123', '1800000000000000123']) {
      flow.source.write('b', flow.source.bytes('b'), { mtime });
      const up = await flow.up({ ...always, compare: 'digest' });
      assert.deepEqual([up.files, up.unchanged], [0, 2]);
    }
    assert.deepEqual((await list(flow)).map(({ path, state }) => `${path} ${state}`).toSorted(), [
      'a complete',
      'b complete',
    ]);
  });

  test('What the topic keeps is asked of bytes that are sent: a copy of what is there is not refused', async () => {
    const flow = new Flow({ partitions: 1, maxMessageBytes: 4096 });
    flow.source.write('before', noise(5000));
    await flow.up(always);
    flow.source.write('a', noise(5000));
    await flow.up(always);
    flow.cluster.configure(flow.topic, { 'retention.bytes': '1000', 'segment.bytes': '1000' });
    flow.source.write('b', flow.source.bytes('a'));
    flow.source.write('c', noise(5000));
    const { files, failed } = await flow.up({ ...always, compression: 'none' });
    assert.deepEqual([files, failed, copied(flow.uploadEvents)], [1, 1, ['b']]);
    await flow.down();
    assert.deepEqual(Object.keys(flow.received()).toSorted(), ['a', 'b', 'before']);
  });

  test('A copy whose bytes are gone in part says which, also where their path is not listed', async () => {
    const flow = new Flow({ partitions: 1, maxMessageBytes: 2048 });
    flow.source.write('a', noise(5000));
    await flow.up(always);
    flow.source.write('b', flow.source.bytes('a'));
    await flow.up(always);
    const chosen = { include: ['b'] };
    for (const newestOnly of [true, false]) {
      const [file, ...others] = await list(flow, { ...chosen, newestOnly });
      assert.deepEqual([file?.path, file?.state, file?.missing, others], ['b', 'complete', undefined, []]);
    }
    const removed = (await flow.records())[0]!.decoded;
    assert.ok(removed?.kind === 'chunk');
    const missing = [[removed.offset, removed.offset + removed.bytes.length]];
    flow.cluster.deleteRecords(flow.topic, 0, 1);
    for (const newestOnly of [true, false])
      for (const options of [{ newestOnly }, { ...chosen, newestOnly }]) {
        const file = (await list(flow, options)).find(({ path }) => path === 'b');
        assert.deepEqual([file?.state, file?.missing], ['incomplete', missing]);
        assert.equal(Object.hasOwn(file!, 'place') || Object.hasOwn(file!, 'of'), false);
      }
  });

  test('What is not replaced is no source, and copies are not put over it', async () => {
    for (const overwrite of ['never', 'newer'] as const) {
      const flow = new Flow();
      const mtime = '1900000000000000000';
      for (const name of ['a', 'c'])
        flow.disk.files.set(`shop/${name}`, { bytes: noise(5000), mtime, mode: 0o600, inode: 1 });
      for (const name of ['a', 'b', 'c']) flow.source.write(name, fixed, { mtime: '1700000000000000123' });
      await flow.up(always);
      assert.equal(copied(flow.uploadEvents).length, 2);
      await flow.down({ overwrite });
      const received = flow.received(sha256);
      assert.equal(received.b, sha256(fixed));
      for (const name of ['a', 'c']) assert.notEqual(received[name], sha256(fixed));
    }
  });
});

const fixed = noise(5000);
