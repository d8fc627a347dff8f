import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Header, NewRecord } from '../../src/kafka/contract.ts';
import { chunkHeaders, packHeaders } from '../../src/records/file-record.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import {
  type CraftedFile,
  craftedChunk,
  craftedClose,
  craftedFacts,
  craftedId,
  craftedPack,
  craftedUpload,
} from '../support/crafted.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { withHeader, withHeaderTwice, withoutHeader } from '../support/records.ts';

async function flowWith(...records: readonly NewRecord[]): Promise<Flow> {
  const flow = new Flow({ maxMessageBytes: 4 * 1024 * 1024 });
  await flow.append(records.map((record) => ({ partition: 0, record })));
  return flow;
}

const good: CraftedFile = { path: 'good', bytes: noise(1200) };

test('Poisoned records are refused one by one, told with their place, and everything else arrives', async () => {
  const other = { path: 'other', bytes: noise(300) };
  const chunk = craftedChunk(other, 0, 300);
  const close = craftedClose(other);
  const pack = craftedPack([other]);
  const poisoned: NewRecord[] = [
    withoutHeader(chunk, 'path'),
    withHeaderTwice(chunk, 'offset'),
    ...['NaN', '-1', '9223372036854775808', ''].map((size) => withHeader(chunk, 'size', size)),
    withHeader(chunk, 'path', '../../etc/passwd'),
    withHeader(chunk, 'uploader', '..'),
    withHeader(chunk, 'uploader', Buffer.alloc(1024 * 1024, 'a')),
    { ...chunk, value: null },
    {
      ...chunk,
      headers: [
        ...(chunk.headers ?? []),
        ...Array.from({ length: 5000 }, (): Header => ['x', Buffer.alloc(0)]),
      ],
    },
    withHeader(close, 'digest', 'md5:nonsense'),
    withHeader(pack, 'files', '1000000000'),
    withHeader(pack, 'index', '9007199254740991'),
    { headers: packHeaders('shop', 1, 1_000_000), value: Buffer.alloc(1_000_000, '[') },
    withHeader(chunk, 'sluice', '2'),
    withHeader(chunk, 'kind', 'worm'),
  ];
  const foreign: NewRecord = { headers: [['x', Buffer.from('y')]], value: Buffer.from('{"an":"event"}') };
  const [first, ...rest] = craftedUpload(good);
  const flow = await flowWith(first!, ...poisoned, foreign, ...rest);
  const down = await flow.down();
  assert.deepEqual([down.files, down.failed, down.open], [1, poisoned.length, 0]);
  assert.deepEqual(flow.received(), { good: md5(good.bytes) });
  const refused = flow.told('refused-record');
  assert.deepEqual(
    refused.map(({ partition, offset }) => [partition, offset]),
    poisoned.map((_, index) => [0, index + 1]),
  );
  assert.ok(refused.every(({ reason }) => reason.length > 10 && reason.length < 300));
});

test('Nothing is written outside the uploader’s folder, whatever a pack says', async () => {
  const paths = ['../up', '/etc/up', 'a/../../up', './up', 'a//up', 'up/', 'a\0up', ''];
  const packs = paths.map((path) => {
    const entry = { ...craftedFacts(good), path, upload: craftedId({ path }), mode: '0644' };
    const index = Buffer.from(`${JSON.stringify([entry])}\n`);
    return { headers: packHeaders('shop', 1, index.length), value: [index, good.bytes] };
  });
  const flow = await flowWith(...packs, ...craftedUpload(good));
  const down = await flow.down();
  assert.deepEqual([...flow.disk.files.keys()], ['shop/good']);
  assert.deepEqual([down.files, flow.told('refused-record').length], [1, paths.length]);
});

test('Sizes that no disk holds allocate nothing', async () => {
  const huge = { uploader: 'shop', path: 'huge', upload: craftedId({ path: 'huge' }) };
  const size = Number.MAX_SAFE_INTEGER;
  const chunk = { headers: chunkHeaders(huge, 'md5', size, 0), value: noise(100) };
  const flow = await flowWith(chunk, ...craftedUpload(good));
  const down = await flow.down();
  assert.deepEqual([down.files, down.open], [1, 1]);
  assert.deepEqual(flow.received(), { good: md5(good.bytes) });
});

test('A file in ten thousand pieces with holes: what is missing is told in a line', async () => {
  const holed = { path: 'holed', bytes: noise(4000) };
  const pieces = Array.from({ length: 1000 }, (_, index) => craftedChunk(holed, index * 4, index * 4 + 2));
  const flow = await flowWith(...pieces, craftedClose(holed), ...craftedUpload(good));
  const down = await flow.down();
  assert.deepEqual([down.files, down.failed, flow.disk.parts.size], [1, 1, 0]);
  const [failed] = flow.told('failed');
  assert.equal(failed?.reason, 'missing-data');
  assert.match(failed?.message ?? '', /2\.\.3, 6\.\.7/);
  assert.ok((failed?.message.length ?? 0) < 500, `${failed?.message.length} characters`);
});

test('A name as long as a name can be, whose digest is wrong, is still set aside and told', async () => {
  for (const name of ['n'.repeat(255), '€'.repeat(85), `dir/${'n'.repeat(240)}`]) {
    const bad = { path: name, bytes: noise(600) };
    for (const records of [
      [craftedChunk(bad, 0, 600, noise(600)), craftedClose(bad)],
      [craftedPack([bad], noise(600))],
    ]) {
      const flow = await flowWith(...records, ...craftedUpload(good));
      const down = await flow.down();
      assert.deepEqual([down.files, down.failed, flow.disk.parts.size], [1, 1, 0]);
      const aside = [...flow.disk.files.keys()].filter((target) => target.endsWith('.DIGEST_MISMATCH'));
      assert.equal(aside.length, 1);
      assert.ok(aside[0]!.split('/').every((segment) => Buffer.byteLength(segment) <= 255));
      assert.ok(flow.told('failed')[0]?.message.includes(aside[0]!));
    }
  }
});

test('A few bytes that stand behind a terabyte of nothing are set aside without anybody reading that', async (t) => {
  const size = 2 ** 40;
  const place = await temporaryFolder(t);
  const huge = (version: number, offset: number): NewRecord => {
    const ref = { uploader: 'shop', path: 'huge', upload: craftedId({ path: 'huge', version }) };
    return { headers: chunkHeaders(ref, 'md5', size, offset), value: noise(100) };
  };
  // Of each version two chunks that differ, behind one at the end.
  const unlike = (version: number) => [huge(version, size - 100), huge(version, 0), huge(version, 0)];
  const flow = await flowWith(
    ...[1, 2, 3].flatMap(unlike),
    craftedPack([{ path: 'huge', version: 4, bytes: noise(60) }], noise(60)),
    ...craftedUpload(good),
  );
  for (let run = 0; run < 2; run++) {
    const down = await flow.down({ reset: true }, { sink: await openDiskSink(place) });
    assert.deepEqual([down.files, down.failed, down.open], [run === 0 ? 1 : 0, 4, 0]);
  }
  const names = await readdir(join(place, 'shop'));
  // All come at once, and one of them has the plain name. That is no proof that it is the same, when it is read again; the small one's bytes are.
  const { size: plain } = await stat(join(place, 'shop/huge.DIGEST_MISMATCH'));
  const kept = names.filter((name) => name.endsWith('.DIGEST_MISMATCH'));
  assert.equal(kept.length, plain === 60 ? 4 : 5);
});

test('What is set aside never takes the place of a file', async () => {
  const bad = { path: 'a', bytes: noise(600) };
  const real = { path: 'a.DIGEST_MISMATCH', bytes: noise(300) };
  for (const records of [
    [craftedChunk(bad, 0, 600, noise(600)), craftedClose(bad)],
    [craftedPack([bad], noise(600))],
  ]) {
    const flow = await flowWith(...craftedUpload(real), ...records);
    await flow.down({ bufferBytes: 1 });
    assert.equal(flow.received()['a.DIGEST_MISMATCH'], md5(real.bytes));
    assert.equal(flow.told('failed').length, 1);
  }
});

test('Nothing that is set aside takes the place of anything, however long its name is', async () => {
  for (const name of ['a', `${'n'.repeat(239)}`, 'n'.repeat(255)]) {
    const wrong = [1, 2].map((version) => ({ path: name, version, bytes: noise(600) }));
    const neighbour = { path: `${name.slice(0, -1)}x`, bytes: noise(600) };
    const aside = `${name}.DIGEST_MISMATCH`;
    // What a user, or an uploader, has under the names that would be taken.
    const real = Buffer.byteLength(aside) <= 255 ? [{ path: aside, bytes: noise(300) }] : [];
    const flow = await flowWith(
      ...real.flatMap((file) => craftedUpload(file)),
      ...[...wrong, neighbour].flatMap((file) => [
        craftedChunk(file, 0, 600, noise(600)),
        craftedClose(file),
      ]),
      craftedPack([{ ...wrong[0]!, version: 3 }], noise(600)),
    );
    flow.disk.place('shop/x.DIGEST_MISMATCH', noise(10), { mtime: '1', mode: 0o600 });
    const users = flow.disk.files.get('shop/x.DIGEST_MISMATCH')!.inode;
    const down = await flow.down({ bufferBytes: 1 });
    assert.deepEqual([down.failed, flow.disk.parts.size], [4, 0]);
    assert.equal(flow.disk.files.size, 4 + real.length + 1, name);
    assert.equal(flow.disk.files.get('shop/x.DIGEST_MISMATCH')?.inode, users);
    for (const file of real) assert.equal(flow.received()[file.path], md5(file.bytes));
  }
});

test('What was set aside and is read again is not set aside twice', async () => {
  const wrong = { path: 'wrong', bytes: noise(1200) };
  const unlike = { path: 'unlike', bytes: noise(1200) };
  const flow = await flowWith(
    craftedPack([{ path: 'packed', bytes: noise(600) }], noise(600)),
    ...[craftedChunk(wrong, 0, 600, noise(600)), craftedChunk(wrong, 600, 1200), craftedClose(wrong)],
    ...[craftedChunk(unlike, 0, 600), craftedChunk(unlike, 0, 600, noise(600)), craftedClose(unlike)],
  );
  await flow.down();
  const aside = flow.received();
  assert.equal(Object.keys(aside).length, 3);
  for (let run = 0; run < 2; run++) {
    const down = await flow.down({ reset: true });
    assert.deepEqual([down.failed, flow.disk.parts.size], [3, 0]);
    assert.deepEqual(flow.received(), aside);
    assert.ok(flow.told('failed').every(({ message }) => message.includes('DIGEST_MISMATCH')));
  }
});

test('A file where a folder is needed, and a folder where a file is: told, and others go on', async () => {
  const paths = [
    ['x', 'x/y'],
    ['x/y', 'x'],
  ];
  for (const [first = '', second = ''] of paths) {
    for (const packed of [true, false]) {
      const stands = { path: first, bytes: noise(100) };
      const cannot = { path: second, bytes: noise(600) };
      const flow = await flowWith(
        ...craftedUpload(stands),
        ...(packed ? [craftedPack([cannot])] : craftedUpload(cannot)),
        ...craftedUpload(good),
      );
      const down = await flow.down({ bufferBytes: 1 });
      // Kept: whoever makes room for it gets it.
      assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [2, 1, 0, 1]);
      assert.deepEqual(Object.keys(flow.received()).toSorted(), [first, 'good'].toSorted());
      assert.deepEqual(
        flow.told('failed').map(({ path, reason }) => [path, reason]),
        [[second, 'sink']],
      );
    }
  }
});

test('Where upper and lower case are one, a second spelling is told and overwrites nothing', async () => {
  const disk = new MemoryDisk({ caseInsensitive: true });
  const flow = await flowWith(
    ...craftedUpload({ path: 'Readme', bytes: noise(600) }),
    ...craftedUpload({ path: 'readme', bytes: noise(600) }),
    craftedPack([
      { path: 'README', bytes: noise(60) },
      { path: 'caf\u00e9', bytes: noise(60) },
      { path: 'CAFE\u0301', bytes: noise(60) },
    ]),
  );
  const down = await flow.down({ bufferBytes: 1 }, { sink: new MemorySink(disk) });
  assert.deepEqual([down.files, down.failed], [2, 3]);
  assert.equal(disk.files.size, 2);
  assert.ok(
    flow.told('failed').every(({ reason, message }) => reason === 'sink' && /one name/.test(message)),
  );
});

test('Two uploaders with files of one name do not meet', async () => {
  const one = { path: 'a', bytes: noise(600), uploader: 'one' };
  const two = { path: 'a', bytes: noise(600), uploader: 'two' };
  const flow = await flowWith(
    ...craftedUpload(one).slice(0, 1),
    ...craftedUpload(two).map((record) => withHeader(record, 'upload', craftedId({ path: 'b' }))),
    ...craftedUpload(one).slice(1),
  );
  await flow.down();
  assert.equal(md5(flow.disk.files.get('one/a')!.bytes), md5(one.bytes));
  assert.equal(md5(flow.disk.files.get('two/a')!.bytes), md5(two.bytes));
});
