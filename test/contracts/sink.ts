/** The suite that every sink of `src/stores/contract.ts` passes. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { digestOf } from '../../src/records/checksum.ts';
import type { RememberedUpload, Sink } from '../../src/stores/contract.ts';

/** A place for sinks, and a look at what stands there. */
export interface SinkGround {
  /** Opens the sink; only one is open at a time. */
  open(): Promise<Sink>;
  /** What stands under a name. */
  read(
    target: string,
  ): Promise<{ readonly bytes: Buffer; readonly mode: number; readonly inode: string } | undefined>;
  /** Changes a file behind the sink's back. */
  write(target: string, text: string): Promise<void>;
  remove(target: string): Promise<void>;
  /** The ids of the temporary files that are there. */
  parts(): Promise<string[]>;
}

export type OpenSinkGround = (t: TestContext) => Promise<SinkGround>;

const look = { mtime: '1700000000123456000', mode: 0o640 };
const id = (number: number): string => number.toString(16).padStart(32, '0');

function publishedAs(text: string, upload = id(1)) {
  return { upload, size: Buffer.byteLength(text), digest: digestOf('md5', Buffer.from(text)) };
}

function remembered(upload: string, changes: Partial<RememberedUpload> = {}): RememberedUpload {
  return { upload, uploader: 'shop', path: 'a', size: 100, ranges: [], close: undefined, ...changes };
}

async function readPart(sink: Sink, upload: string, length = 100): Promise<string> {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, await sink.part(upload).read(buffer, 0)).toString();
}

/** Registers the suite; `open` is called once for each test. */
export function sinkContract(name: string, open: OpenSinkGround): void {
  describe(`${name} keeps the contract of a sink`, () => {
    temporaryFiles(open);
    publishing(open);
    remembering(open);
  });
}

function temporaryFiles(open: OpenSinkGround): void {
  test('A temporary file takes bytes in any order, several at once, and over what is there', async (t) => {
    const sink = await (await open(t)).open();
    const part = sink.part(id(1));
    await Promise.all([
      part.write(Buffer.from('world'), 6),
      part.write(Buffer.from('hello '), 0),
      part.write(Buffer.from('!'), 11),
    ]);
    await part.write(Buffer.from('W'), 6);
    await part.sync();
    await part.close();
    assert.equal(await readPart(sink, id(1)), 'hello World!');
    const buffer = Buffer.alloc(3);
    assert.equal(await part.read(buffer, 10), 2);
    assert.equal(await part.read(buffer, 50), 0);
    await sink.close();
  });

  test('Many temporary files are open at once, and each keeps its own bytes', async (t) => {
    const sink = await (await open(t)).open();
    const uploads = Array.from({ length: 300 }, (_, index) => id(index));
    await Promise.all(uploads.map((upload) => sink.part(upload).write(Buffer.from(upload), 0)));
    await Promise.all(uploads.map((upload) => sink.part(upload).write(Buffer.from('more'), 32)));
    for (const upload of uploads) assert.equal(await readPart(sink, upload), `${upload}more`);
    await sink.close();
  });

  test('A discarded temporary file is gone; discarding it again, or what never was, does nothing', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.part(id(1)).write(Buffer.from('x'), 0);
    assert.deepEqual(await ground.parts(), [id(1)]);
    for (const upload of [id(1), id(1), id(2)]) await sink.discard(upload);
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });
}

function publishing(open: OpenSinkGround): void {
  test('A temporary file gets its final name, with its bytes, time and mode', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const text = 'the bytes';
    await sink.part(id(1)).write(Buffer.from(text), 0);
    assert.equal(await ground.read('shop/dir/a'), undefined);
    await sink.publish(id(1), 'shop/dir/a', look, publishedAs(text));
    const file = await ground.read('shop/dir/a');
    assert.deepEqual([String(file?.bytes), file?.mode], [text, look.mode]);
    assert.deepEqual(await ground.parts(), []);
    assert.deepEqual(await sink.published('shop/dir/a'), publishedAs(text));
    await sink.close();
  });

  test('A file of no bytes needs no write before it', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.publish(id(1), 'shop/empty', look, publishedAs(''));
    assert.equal((await ground.read('shop/empty'))?.bytes.length, 0);
    await sink.close();
  });

  test('A whole file is published at once', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    for (const [index, text] of ['', 'x', 'x'.repeat(100_000)].entries()) {
      const target = `shop/f${index}`;
      await sink.publishWhole(Buffer.from(text), target, look, publishedAs(text));
      assert.equal(String((await ground.read(target))?.bytes), text);
      assert.deepEqual(await sink.published(target), publishedAs(text));
    }
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });

  test('What stood under the name is replaced', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await ground.write('shop/a', 'somebody else’s');
    await sink.publishWhole(Buffer.from('first'), 'shop/a', look, publishedAs('first', id(1)));
    await sink.part(id(2)).write(Buffer.from('second'), 0);
    await sink.publish(id(2), 'shop/a', look, publishedAs('second', id(2)));
    assert.equal(String((await ground.read('shop/a'))?.bytes), 'second');
    assert.equal((await sink.published('shop/a'))?.upload, id(2));
    await sink.close();
  });

  test('Files are published side by side, in folders that nobody has made', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    const targets = Array.from({ length: 100 }, (_, index) => `shop/${index % 5}/${index % 3}/f${index}`);
    await Promise.all(
      targets.map((target) => sink.publishWhole(Buffer.from(target), target, look, publishedAs(target))),
    );
    for (const target of targets) assert.equal(String((await ground.read(target))?.bytes), target);
    await sink.close();
  });

  test('Modes are permission bits and no more: a file never runs as its owner', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.publishWhole(Buffer.from('x'), 'shop/a', { ...look, mode: 0o6755 }, publishedAs('x'));
    assert.equal((await ground.read('shop/a'))?.mode, 0o755);
    await sink.part(id(2)).write(Buffer.from('y'), 0);
    await sink.publish(id(2), 'shop/b', { ...look, mode: 0o7700 }, publishedAs('y', id(2)));
    assert.equal((await ground.read('shop/b'))?.mode, 0o700);
    await sink.close();
  });

  test('Times of every century', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    for (const [index, mtime] of [
      '0',
      '-1',
      '-86400000000000',
      '1',
      '999999999',
      '4102444800000000000',
    ].entries()) {
      const target = `shop/f${index}`;
      await sink.publishWhole(Buffer.from('x'), target, { ...look, mtime }, publishedAs('x'));
      assert.deepEqual(await sink.published(target), publishedAs('x'), mtime);
    }
    await sink.close();
  });

  test('A file where a folder is needed, and a folder where a file is, throw what waiting does not mend', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.publishWhole(Buffer.from('x'), 'shop/file', look, publishedAs('x'));
    await sink.publishWhole(Buffer.from('x'), 'shop/folder/x', look, publishedAs('x'));
    for (const [target, codes] of [
      ['shop/file/below', ['ENOTDIR']],
      ['shop/file/be/low', ['ENOTDIR']],
      ['shop/folder', ['EISDIR', 'ENOTEMPTY', 'EEXIST']],
    ] as const) {
      const isExpected = (error: NodeJS.ErrnoException): boolean => codes.some((code) => code === error.code);
      await assert.rejects(sink.publishWhole(Buffer.from('y'), target, look, publishedAs('y')), isExpected);
      await sink.part(id(7)).write(Buffer.from('y'), 0);
      await assert.rejects(sink.publish(id(7), target, look, publishedAs('y', id(7))), isExpected);
      await sink.discard(id(7));
    }
    assert.deepEqual(await ground.parts(), []);
    assert.equal(String((await ground.read('shop/file'))?.bytes), 'x');
    await sink.close();
  });

  test('Set aside: the bytes stand under the other name, and nothing is published', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    await sink.part(id(1)).write(Buffer.from('wrong'), 0);
    await sink.quarantine(id(1), 'shop/dir/a.DIGEST_MISMATCH');
    await sink.quarantine(id(2), 'shop/nothing-came.DIGEST_MISMATCH');
    assert.equal(String((await ground.read('shop/dir/a.DIGEST_MISMATCH'))?.bytes), 'wrong');
    assert.equal(await sink.published('shop/dir/a.DIGEST_MISMATCH'), undefined);
    assert.deepEqual(await ground.parts(), []);
    await sink.close();
  });
}

function remembering(open: OpenSinkGround): void {
  test('The id is made with the sink and stays', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    assert.match(first.id, /^[0-9a-f]{16}$/);
    await first.close();
    const second = await ground.open();
    assert.equal(second.id, first.id);
    await second.close();
  });

  test('What is published is known by the next run once it was remembered', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    await first.publishWhole(Buffer.from('a'), 'shop/a', look, publishedAs('a'));
    await first.remember([]);
    await first.publishWhole(Buffer.from('b'), 'shop/b', look, publishedAs('b'));
    await first.close();
    const second = await ground.open();
    assert.deepEqual(await second.published('shop/a'), publishedAs('a'));
    assert.equal(await second.published('shop/b'), undefined);
    assert.equal(await second.digestOfTarget('shop/b', 'md5'), publishedAs('b').digest);
    await second.adopt('shop/b', publishedAs('b', id(9)));
    assert.equal((await second.published('shop/b'))?.upload, id(9));
    await second.remember([]);
    await second.close();
    const third = await ground.open();
    assert.equal((await third.published('shop/b'))?.upload, id(9));
    await third.close();
  });

  test('What somebody changed or removed is not published any more', async (t) => {
    const ground = await open(t);
    const sink = await ground.open();
    for (const name of ['changed', 'removed', 'kept']) {
      await sink.publishWhole(Buffer.from('text'), `shop/${name}`, look, publishedAs('text'));
    }
    await sink.remember([]);
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
    await sink.close();
  });

  test('Open uploads come back with their ranges and facts; temporary files of no upload are removed', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    assert.deepEqual(await first.remembered(), []);
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
    await first.remember([one, two]);
    await first.close();
    const second = await ground.open();
    assert.deepEqual(
      [...(await second.remembered())].sort((a, b) => (a.upload < b.upload ? -1 : 1)),
      [one, two],
    );
    assert.deepEqual((await ground.parts()).toSorted(), [id(1), id(2)]);
    await second.remember([{ ...one, ranges: [[0, 60]] }]);
    await second.close();
    const third = await ground.open();
    const [again] = (await third.remembered()).filter(({ upload }) => upload === id(1));
    assert.deepEqual(again?.ranges, [[0, 60]]);
    await third.close();
  });

  test('Ranges that a temporary file does not have are not remembered', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    await first.part(id(1)).write(Buffer.alloc(30), 0);
    await first.remember([
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
    const byId = new Map((await second.remembered()).map((one) => [one.upload, one]));
    assert.deepEqual(byId.get(id(1))?.ranges, [
      [0, 10],
      [20, 30],
    ]);
    assert.deepEqual([byId.get(id(2))?.ranges, byId.get(id(2))?.close], [[], '{}']);
    await second.close();
  });

  test('What was published, discarded or set aside is not open any more', async (t) => {
    const ground = await open(t);
    const first = await ground.open();
    const uploads = [1, 2, 3].map((number) => remembered(id(number), { ranges: [[0, 4]] }));
    for (const { upload } of uploads) await first.part(upload).write(Buffer.from('text'), 0);
    await first.remember(uploads);
    await first.publish(id(1), 'shop/a', look, publishedAs('text', id(1)));
    await first.discard(id(2));
    await first.quarantine(id(3), 'shop/b.DIGEST_MISMATCH');
    await first.remember([]);
    await first.close();
    const second = await ground.open();
    assert.deepEqual(await second.remembered(), []);
    await second.close();
  });

  test('Free bytes are a number, or not known', async (t) => {
    const sink = await (await open(t)).open();
    const free = await sink.freeBytes();
    assert.ok(free === undefined || (Number.isFinite(free) && free > 0));
    await sink.close();
  });
}
