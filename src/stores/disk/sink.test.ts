import assert from 'node:assert/strict';
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { sinkContract } from '../../../test/contracts/sink.ts';
import { changeInPlace } from '../../../test/support/change-part.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { ConfigurationError } from '../../errors.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Sink } from '../contract.ts';
import { VanishedError } from '../vanished.ts';
import { openDiskSink } from './sink.ts';

sinkContract('A directory as a sink', 'anywhere', async (t) => {
  const folder = await temporaryFolder(t);
  return {
    open: () => openDiskSink(folder),
    read: async (target) => {
      const bytes = await readFile(join(folder, target)).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const stats = await stat(join(folder, target), { bigint: true });
      return { bytes, mode: Number(stats.mode) & 0o7777, inode: String(stats.ino) };
    },
    write: async (target, text) => {
      await mkdir(dirname(join(folder, target)), { recursive: true });
      await writeFile(join(folder, target), text);
    },
    remove: (target) => rm(join(folder, target)),
    parts: () => readdir(join(folder, '.sluice', 'parts')),
    cutPart: (upload, length) => {
      const part = join(folder, '.sluice', 'parts', upload);
      return length === undefined ? rm(part) : truncate(part, length);
    },
    changePart: (upload) => changeInPlace(join(folder, '.sluice', 'parts', upload)),
  };
});

const look = { mtime: '1700000000123456000', mode: 0o644 };

function published(text: string) {
  return {
    upload: '0'.repeat(32),
    size: Buffer.byteLength(text),
    digest: digestOf('md5', Buffer.from(text)),
  };
}

async function openSink(t: TestContext): Promise<{ folder: string; sink: Sink }> {
  const folder = await temporaryFolder(t);
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  return { folder, sink };
}

function publish(sink: Sink, target: string, text = 'x'): Promise<unknown> {
  return sink.publishWhole(Buffer.from(text), target, look, published(text));
}

test('Nothing is written through a symbolic link, wherever it stands in the path', async (t) => {
  for (const link of ['shop', 'shop/dir', 'shop/dir/deep']) {
    const { folder, sink } = await openSink(t);
    const outside = await temporaryFolder(t);
    await mkdir(dirname(join(folder, link)), { recursive: true });
    await symlink(outside, join(folder, link));
    await assert.rejects(publish(sink, 'shop/dir/deep/file'), { code: 'ELOOP' });
    const part = sink.part('0'.repeat(32));
    await part.write(Buffer.from('x'), 0);
    await assert.rejects(sink.publish('0'.repeat(32), 'shop/dir/deep/file', look, published('x')), {
      code: 'ELOOP',
    });
    assert.deepEqual(await readdir(outside), []);
  }
});

test('A symbolic link in the place of the file is replaced, and not followed', async (t) => {
  const { folder, sink } = await openSink(t);
  const outside = await temporaryFolder(t);
  await writeFile(join(outside, 'victim'), 'untouched');
  await mkdir(join(folder, 'shop'));
  await symlink(join(outside, 'victim'), join(folder, 'shop', 'a'));
  assert.equal(await sink.digestOfTarget('shop/a', 'md5'), undefined);
  await publish(sink, 'shop/a', 'new');
  assert.equal(await readFile(join(outside, 'victim'), 'utf8'), 'untouched');
  assert.ok((await lstat(join(folder, 'shop', 'a'))).isFile());
});

test('Hostile and strange names stand as they are', async (t) => {
  const { folder, sink } = await openSink(t);
  const names = [
    'n'.repeat(255),
    '€'.repeat(85),
    'línea\nnueva',
    '👩‍👩‍👧‍👦',
    'caf\u00e9',
    'cafe\u0301',
    'CON',
    'C:',
    'dot.',
    ' ',
    '-rf',
    '%2e',
  ];
  for (const name of names) await publish(sink, `shop/${name}`, name);
  assert.deepEqual((await readdir(join(folder, 'shop'))).toSorted(), names.toSorted());
  for (const name of names) assert.equal(await readFile(join(folder, 'shop', name), 'utf8'), name);
});

test('A name that the system does not take throws, and leaves nothing behind', async (t) => {
  const { folder, sink } = await openSink(t);
  await assert.rejects(publish(sink, `shop/${'n'.repeat(256)}`), { code: 'ENAMETOOLONG' });
  await assert.rejects(publish(sink, `shop/${'n'.repeat(256)}/below`), { code: 'ENAMETOOLONG' });
  assert.deepEqual(await readdir(join(folder, '.sluice', 'parts')), []);
});

test('A folder that somebody removed meanwhile is made again', async (t) => {
  const { folder, sink } = await openSink(t);
  await publish(sink, 'shop/dir/a');
  await rm(join(folder, 'shop'), { recursive: true });
  await publish(sink, 'shop/dir/b');
  assert.deepEqual(await readdir(join(folder, 'shop', 'dir')), ['b']);
});

test('Times are restored to the microsecond, those before 1970 too', async (t) => {
  const { folder, sink } = await openSink(t);
  const times = [
    '1790000000123000000',
    '1790000000123456789',
    '1795174463298999999',
    '0',
    '999',
    '-1',
    '-551583758001447000',
    '-827902374694423999',
  ];
  for (const mtime of times) {
    await sink.publishWhole(Buffer.from('1'), 'u/f', { mtime, mode: 0o644 }, published('1'));
    const { mtimeNs } = await stat(join(folder, 'u/f'), { bigint: true });
    assert.equal(microseconds(mtimeNs), microseconds(BigInt(mtime)), mtime);
    assert.deepEqual(await sink.published('u/f'), published('1'));
  }
});

function microseconds(nanoseconds: bigint): bigint {
  return (nanoseconds - (((nanoseconds % 1000n) + 1000n) % 1000n)) / 1000n;
}

test('A touched file is not what was published', async (t) => {
  const { folder, sink } = await openSink(t);
  await publish(sink, 'shop/a');
  assert.ok((await sink.published('shop/a')) !== undefined);
  await utimes(join(folder, 'shop', 'a'), 1_700_000_009, 1_700_000_009);
  assert.equal(await sink.published('shop/a'), undefined);
});

test('A second downloader into the same folder is refused while the first lives', async (t) => {
  const { folder, sink } = await openSink(t);
  await assert.rejects(openDiskSink(folder), /another downloader writes here .*--to; .*keeps no locks/);
  await sink.close();
  const next = await openDiskSink(folder);
  assert.equal(next.id, sink.id);
  await next.close();
});

test('A damaged journal is set aside, and a new one begun: its sink has another id, so that all is read again', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await openDiskSink(folder);
  await first.close();
  await writeFile(join(folder, '.sluice', 'journal.db'), Buffer.alloc(8192, 'not a database'));
  const second = await openDiskSink(folder);
  t.after(() => second.close());
  assert.notEqual(second.id, first.id);
  const names = await readdir(join(folder, '.sluice'));
  assert.ok(names.some((name) => name.startsWith('journal.db.damaged-')));
});

test('A sink that cannot be made is refused with the way out', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), 'x');
  await assert.rejects(openDiskSink(join(folder, 'file', 'below')), /cannot write to the sink .*--to/);
});

test('A folder that was moved away while files come is told as missing, not written elsewhere', async (t) => {
  const { folder, sink } = await openSink(t);
  await publish(sink, 'shop/a');
  await rename(folder, `${folder}-moved`);
  t.after(() => rm(`${folder}-moved`, { recursive: true }));
  await assert.rejects(publish(sink, 'shop/b'), { code: 'ENOENT' });
});

test('A temporary file that was removed while it is open is missed when it is published', async (t) => {
  const { folder, sink } = await openSink(t);
  const upload = '1'.repeat(32);
  await sink.part(upload).write(Buffer.from('x'), 0);
  await rm(join(folder, '.sluice', 'parts', upload));
  await assert.rejects(sink.publish(upload, 'shop/a', look, { ...published('x'), upload }), VanishedError);
  await sink.clear(upload);
  await sink.part(upload).write(Buffer.from('x'), 0);
  await sink.publish(upload, 'shop/a', look, { ...published('x'), upload });
  assert.equal(await readFile(join(folder, 'shop', 'a'), 'utf8'), 'x');
});

test('A journal of the first version is gone on with', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, '.sluice'));
  const database = new DatabaseSync(join(folder, '.sluice', 'journal.db'));
  database.exec(
    'CREATE TABLE uploads (upload TEXT PRIMARY KEY, uploader TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, ranges TEXT NOT NULL, closing TEXT) WITHOUT ROWID',
  );
  database.exec("INSERT INTO uploads VALUES ('1', 'shop', 'a', 9, '[]', NULL)");
  database.close();
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  const [upload] = await sink.unfinished();
  assert.deepEqual([upload?.path, upload?.seen], ['a', []]);
  await sink.checkpoint([{ ...upload!, seen: [[2, 7, 8]] }]);
  assert.deepEqual((await sink.unfinished())[0]?.seen, [[2, 7, 8]]);
});

test('A folder that cannot be made is refused, also where the system says that it is the name that is missing', async () => {
  await assert.rejects(openDiskSink('/proc/sluice-test/a'), (error: Error) => {
    assert.ok(error instanceof ConfigurationError);
    return /^cannot write to the sink .*\(E[A-Z]+: /.test(error.message);
  });
});
