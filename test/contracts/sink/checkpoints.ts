import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochRun } from '../../../src/kafka/contract.ts';
import { digestOf } from '../../../src/records/checksum.ts';
import type { UnfinishedUpload } from '../../../src/stores/contract.ts';
import { id, look, type OpenSinkGround, publishedAs } from './ground.ts';

export function remembered(upload: string, changes: Partial<UnfinishedUpload> = {}): UnfinishedUpload {
  const rest = { uploader: 'shop', path: 'a', size: 100, ranges: [], close: undefined, topic: '', seen: [] };
  return { upload, ...rest, ...changes };
}

/** What the next run knows. */
export function remembering(open: OpenSinkGround): void {
  test('The id is made with the sink and stays', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    assert.match(first.id, /^[0-9a-f]{16}$/);
    await first.close();
    const second = await ground.open();
    assert.equal(second.id, first.id);
    await second.close();
  });

  test('What somebody changed or removed is not published any more', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    for (const name of ['changed', 'removed', 'kept']) {
      await sink.publishWhole(Buffer.from('text'), `shop/${name}`, look, publishedAs('text'));
    }
    await sink.checkpoint([]);
    await ground.write('shop/changed', 'TEXT');
    await ground.remove('shop/removed');
    assert.equal(await sink.published('shop/changed'), undefined);
    assert.equal(await sink.published('shop/removed'), undefined);
    assert.deepEqual(await sink.published('shop/kept'), publishedAs('text'));
    await sink.adopt('shop/removed', publishedAs('text'));
    assert.equal(await sink.published('shop/removed'), undefined);
    await sink.close();
  });

  test('Digests of what stands there, by every algorithm', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await ground.write('shop/a', 'text');
    for (const algorithm of ['md5', 'sha256', 'crc64nvme'] as const) {
      assert.equal(await sink.digestOfTarget('shop/a', algorithm), digestOf(algorithm, Buffer.from('text')));
      assert.equal(await sink.digestOfTarget('shop/nothing', algorithm), undefined);
    }
    assert.equal(await sink.digestOfTarget('shop', 'md5'), undefined);
    assert.equal(await sink.digestOfTarget('shop/a', 'md5', 4), digestOf('md5', Buffer.from('text')));
    assert.equal(await sink.digestOfTarget('shop/a', 'md5', 5), undefined);
    await sink.close();
  });

  test('How far topics were read is remembered, by reader and topic; a topic made anew takes the place of the former', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    assert.deepEqual([await first.positions(), first.isCopy], [[], false]);
    const range = (began: number, safe: number, epochs?: readonly EpochRun[]) =>
      epochs === undefined ? { began, safe } : { began, safe, epochs };
    const of = (
      reader: string,
      topic: string,
      name: string,
      ...partitions: [number, ReturnType<typeof range>][]
    ) => {
      return { reader, topic, name, cluster: 'c', partitions: new Map(partitions) };
    };
    await first.checkpoint([], of('a', 't1', 'files', [0, range(2, 5)], [1, range(0, 7)]));
    await first.checkpoint(
      [],
      of('a', 't1', 'files', [
        1,
        range(0, 9, [
          [3, 0],
          [5, 7],
        ]),
      ]),
    );
    await first.checkpoint([], of('b', 't1', 'files', [0, range(0, 1)]));
    await first.checkpoint([], of('a', 't2', 'others', [0, range(0, 3)]));
    await first.checkpoint([], of('b', 't3', 'files', [0, range(4, 4)]));
    await first.checkpoint([], { ...of('b', 't4', 'files', [0, range(1, 1)]), cluster: 'd' });
    await first.close();
    const second = await ground.open();
    assert.equal(second.isCopy, false);
    const found = (await second.positions()).toSorted((x, y) =>
      x.reader + x.topic < y.reader + y.topic ? -1 : 1,
    );
    assert.deepEqual(found, [
      of(
        'a',
        't1',
        'files',
        [0, range(2, 5)],
        [
          1,
          range(0, 9, [
            [3, 0],
            [5, 7],
          ]),
        ],
      ),
      of('a', 't2', 'others', [0, range(0, 3)]),
      of('b', 't3', 'files', [0, range(4, 4)]),
      { ...of('b', 't4', 'files', [0, range(1, 1)]), cluster: 'd' },
    ]);
    await second.close();
  });

  test('Free space is a number, or not known; and a check of what can be written leaves nothing behind', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const free = await sink.freeSpace();
    assert.ok(free === undefined || (Number.isFinite(free.bytes) && free.bytes > 0));
    assert.ok(free?.files === undefined || free.files > 0);
    await Promise.all([sink.check(), sink.check()]);
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });
}

/** The same where what is not published is a file, and a journal says what stands. */
export function rememberingFiles(open: OpenSinkGround): void {
  test('What is published is known by the next run once it was remembered', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    await first.publishWhole(Buffer.from('a'), 'shop/a', look, publishedAs('a'));
    await first.checkpoint([]);
    await first.publishWhole(Buffer.from('b'), 'shop/b', look, publishedAs('b'));
    await first.close();
    const second = await ground.open();
    assert.deepEqual(await second.published('shop/a'), publishedAs('a'));
    assert.equal(await second.published('shop/b'), undefined);
    assert.equal(await second.digestOfTarget('shop/b', 'md5'), publishedAs('b').digest);
    await second.adopt('shop/b', publishedAs('b', id(9)));
    assert.equal((await second.published('shop/b'))?.upload, id(9));
    await second.checkpoint([]);
    await second.close();
    const third = await ground.open();
    assert.equal((await third.published('shop/b'))?.upload, id(9));
    await third.close();
  });

  test('Whatever becomes of a file, the newest upload that its name had is known, to the next run too', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    for (const [index, name] of ['changed', 'removed', 'kept'].entries()) {
      await first.publishWhole(Buffer.from('text'), `shop/${name}`, look, publishedAs('text', id(index)));
    }
    await ground.write('shop/changed', 'TEXT');
    await ground.remove('shop/removed');
    const newest = (sink: typeof first) =>
      Promise.all(['changed', 'removed', 'kept', 'unknown'].map((name) => sink.newest(`shop/${name}`)));
    assert.deepEqual(await newest(first), [id(0), id(1), id(2), undefined]);
    await first.checkpoint([]);
    await first.close();
    const second = await ground.open();
    assert.deepEqual(await newest(second), [id(0), id(1), id(2), undefined]);
    await second.publishWhole(Buffer.from('text'), 'shop/removed', look, publishedAs('text', id(7)));
    assert.equal(await second.newest('shop/removed'), id(7));
    await second.close();
  });

  test('What was published, discarded or set aside is not open any more', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    const uploads = [1, 2, 3].map((number) => remembered(id(number), { ranges: [[0, 4]] }));
    for (const { upload } of uploads) await first.part(upload).write(Buffer.from('text'), 0);
    await first.checkpoint(uploads);
    await first.publish(id(1), 'shop/a', look, publishedAs('text', id(1)));
    await first.discard(id(2));
    await first.quarantine(id(3), 'shop/b.DIGEST_MISMATCH');
    await first.checkpoint([]);
    await first.close();
    const second = await ground.open();
    assert.deepEqual(await second.unfinished(), []);
    await second.close();
  });

  test('What ended after its row was made, or while it is written, is not open any more', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    const uploads = [1, 2, 3, 4].map((number) => remembered(id(number), { ranges: [[0, 4]] }));
    for (const { upload } of uploads) await first.part(upload).write(Buffer.from('text'), 0);
    await first.discard(id(1));
    await first.quarantine(id(2), 'shop/b.DIGEST_MISMATCH');
    await first.publish(id(3), 'shop/c', look, publishedAs('text', id(3)));
    const written = first.checkpoint(uploads);
    await first.publish(id(4), 'shop/d', look, publishedAs('text', id(4)));
    await written;
    await first.checkpoint([]);
    await first.close();
    const second = await ground.open();
    assert.deepEqual(await second.unfinished(), []);
    await second.close();
  });
}

/** Of sinks whose temporary files are files. */
export function rememberingParts(open: OpenSinkGround): void {
  test('Open uploads come back with their ranges and facts; temporary files of no upload are removed', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    assert.deepEqual(await first.unfinished(), []);
    for (const number of [1, 2, 3]) await first.part(id(number)).write(Buffer.alloc(60), 0);
    const close = '{"size":100}';
    const one = remembered(id(1), {
      path: 'línea\nnueva',
      ranges: [
        [0, 10],
        [20, 60],
      ],
    });
    const two = remembered(id(2), { size: 2 ** 53 - 1, ranges: [[0, 60]], close });
    await first.checkpoint([one, two]);
    await first.close();
    const second = await ground.open();
    assert.deepEqual(
      [...(await second.unfinished())].sort((a, b) => (a.upload < b.upload ? -1 : 1)),
      [one, two],
    );
    assert.deepEqual((await ground.parts()).toSorted(), [id(1), id(2)]);
    await second.checkpoint([{ ...one, ranges: [[0, 60]] }]);
    await second.close();
    const third = await ground.open();
    const [again] = (await third.unfinished()).filter(({ upload }) => upload === id(1));
    assert.deepEqual(again?.ranges, [[0, 60]]);
    await third.close();
  });

  test('An upload that is received anew is remembered', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    await first.part(id(1)).write(Buffer.alloc(10), 0);
    await first.clear(id(1));
    assert.deepEqual(await ground.parts(), []);
    await first.checkpoint([remembered(id(1), { seen: [[0, 7, 9]] })]);
    await first.close();
    const second = await ground.open();
    assert.deepEqual((await second.unfinished())[0]?.seen, [[0, 7, 9]]);
    await second.close();
  });

  test('Ranges that a temporary file does not have are not remembered', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    await first.part(id(1)).write(Buffer.alloc(30), 0);
    await first.checkpoint([
      remembered(id(1), {
        ranges: [
          [0, 10],
          [20, 60],
          [70, 80],
        ],
      }),
      remembered(id(2), { ranges: [[0, 60]], close: '{}' }),
    ]);
    await first.close();
    const second = await ground.open();
    const byId = new Map((await second.unfinished()).map((one) => [one.upload, one]));
    assert.deepEqual(byId.get(id(1))?.ranges, [
      [0, 10],
      [20, 30],
    ]);
    assert.deepEqual([byId.get(id(2))?.ranges, byId.get(id(2))?.close], [[], '{}']);
    await second.close();
  });
}
