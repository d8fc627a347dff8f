/** Folders of a sink that are other disks than its own: volumes that are mounted below it. */
import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { aclFor, attributesAt, isRoot } from '../../../test/support/attributes.ts';
import { noise } from '../../../test/support/bytes.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { RefusingCalls } from '../../../test/support/refusing-calls.ts';
import { smallDisk } from '../../../test/support/small-disk.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Published, Sink } from '../contract.ts';
import { VanishedError } from '../vanished.ts';
import { openDiskSink } from './sink.ts';

const look = { mtime: '1700000000123456000', mode: 0o640 };
const bytes = noise(2_500_000);

function id(number: number): string {
  return String(number).padStart(32, '0');
}

function published(content: Uint8Array, upload: string): Published {
  return { upload, size: content.length, digest: digestOf('md5', content) };
}

/** All that a file can have, and how it looks then. */
const [uid, gid] = isRoot ? [4001, 4002] : [process.getuid!(), process.getgid!()];
const acl = aclFor(4001, 5).toString('base64');
const attributes = { uid, gid, xattrs: { 'user.a': 'AAEC' }, acl };
const wish = { owner: 'number', xattrs: true, acls: true, specialBits: true } as const;
const expected = `${uid}:${gid} 4750 user.a=AAEC system.posix_acl_access=${acl}`;

async function fillAll(sink: Sink): Promise<void> {
  const all = { ...look, mode: 0o4750, attributes };
  await sink.publishWhole(bytes, 'shop/whole', all, published(bytes, id(1)));
  await sink.part(id(2)).write(bytes, 0);
  await sink.publish(id(2), 'shop/part', all, published(bytes, id(2)));
}

async function fill(sink: Sink): Promise<void> {
  for (const [number, content] of [bytes, noise(10), new Uint8Array(0)].entries()) {
    await sink.publishWhole(content, `shop/deep/whole-${number}`, look, published(content, id(number)));
    const upload = id(10 + number);
    await sink.part(upload).write(content, 0);
    await sink.publish(upload, `shop/deep/part-${number}`, look, published(content, upload));
  }
  await sink.part(id(20)).write(bytes, 0);
  await sink.quarantine(id(20), 'shop/wrong.DIGEST_MISMATCH');
  await sink.checkpoint([]);
}

/** Owner, extended attributes and ACL of a file that came to another disk. */
async function hasAll(folder: string): Promise<void> {
  for (const name of ['part', 'whole'])
    assert.equal(await attributesAt(join(folder, 'shop', name)), expected, name);
}

async function isFilled(folder: string, sink: Sink): Promise<void> {
  assert.deepEqual((await readdir(join(folder, 'shop'))).toSorted(), ['deep', 'wrong.DIGEST_MISMATCH']);
  const names = await readdir(join(folder, 'shop/deep'));
  assert.deepEqual(names.toSorted(), ['part-0', 'part-1', 'part-2', 'whole-0', 'whole-1', 'whole-2']);
  for (const name of names) {
    const { size, mode, mtimeMs } = await stat(join(folder, 'shop/deep', name));
    assert.deepEqual(
      [size, mode & 0o777, Math.floor(mtimeMs)],
      [[bytes.length, 10, 0][Number(name.at(-1))], 0o640, 1_700_000_000_123],
    );
    assert.equal((await sink.published(`shop/deep/${name}`))?.size, size);
  }
  for (const name of ['deep/part-0', 'deep/whole-0', 'wrong.DIGEST_MISMATCH'])
    assert.ok((await readFile(join(folder, 'shop', name))).equals(bytes), name);
  assert.deepEqual(await readdir(join(folder, '.sluice/parts')), []);
}

/** Renames from the folder of temporary files are refused as those to another disk are. */
async function dividedSink(
  t: TestContext,
  spare: (call: string, path: string) => string | undefined = () => undefined,
) {
  const folder = await temporaryFolder(t);
  const calls = new RefusingCalls((call, [path]) =>
    call === 'rename' && String(path).includes('/.sluice/parts/') ? 'EXDEV' : spare(call, String(path)),
  );
  const sink = await openDiskSink(folder, { calls });
  t.after(() => sink.close());
  return { folder, sink };
}

test('Files come to where no rename leads', async (t) => {
  const { folder, sink } = await dividedSink(t);
  await fill(sink);
  await isFilled(folder, sink);
});

test('What goes with a file comes to another disk too, and the file has it before it has its name', async (t) => {
  const names: string[] = [];
  const folder = await temporaryFolder(t);
  const calls = new RefusingCalls((call, [path]) => {
    const from = String(path);
    if (call !== 'rename') return undefined;
    if (from.includes('/.sluice/parts/')) return 'EXDEV';
    const { uid, gid, mode } = lstatSync(from);
    names.push(`${uid}:${gid} ${(mode & 0o7777).toString(8)}`);
    return undefined;
  });
  const sink = await openDiskSink(folder, { calls, attributes: wish });
  t.after(() => sink.close());
  await fillAll(sink);
  await hasAll(folder);
  assert.deepEqual(names, [expected.split(' ', 2).join(' '), expected.split(' ', 2).join(' ')]);
});

test('So it does to a disk that is mounted there', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'shop'));
  const disk = await smallDisk(t, 16, { at: join(folder, 'shop') });
  if (disk === undefined) return;
  try {
    const sink = await openDiskSink(folder, { attributes: wish });
    t.after(() => sink.close());
    await fillAll(sink);
    await hasAll(folder);
    await sink.checkpoint([]);
  } finally {
    await disk.unmount('lazily');
  }
});

test('Files come to a disk that is mounted below a sink, and it can be unmounted afterwards', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'shop'));
  const disk = await smallDisk(t, 16, { at: join(folder, 'shop') });
  if (disk === undefined) return;
  // Before the folder is removed: what is mounted there would stay.
  try {
    const sink = await openDiskSink(folder);
    t.after(() => sink.close());
    await fill(sink);
    await isFilled(folder, sink);
    await disk.unmount();
    assert.deepEqual(await readdir(join(folder, 'shop')), []);
  } finally {
    await disk.unmount('lazily');
  }
});

test('What was left by a copy that was cut short is replaced, and one that fails leaves nothing and replaces nothing', async (t) => {
  let isFull = false;
  const { folder, sink } = await dividedSink(t, (call, path) =>
    isFull && call === 'rename' && path.includes('.sluice-') ? 'ENOSPC' : undefined,
  );
  await mkdir(join(folder, 'shop'));
  await writeFile(join(folder, 'shop/.sluice-whole-0'), 'half of it');
  await sink.publishWhole(bytes, 'shop/a', look, published(bytes, id(1)));
  assert.deepEqual(await readdir(join(folder, 'shop')), ['a']);
  isFull = true;
  const other = noise(20);
  await assert.rejects(sink.publishWhole(other, 'shop/a', look, published(other, id(2))), { code: 'ENOSPC' });
  await sink.part(id(3)).write(other, 0);
  await assert.rejects(sink.quarantine(id(3), 'shop/wrong'), { code: 'ENOSPC' });
  assert.deepEqual(await readdir(join(folder, 'shop')), ['a']);
  assert.ok((await readFile(join(folder, 'shop/a'))).equals(bytes));
});

test('A temporary file that somebody changed before it was copied is not published', async (t) => {
  const { folder, sink } = await dividedSink(t);
  await sink.part(id(1)).write(bytes, 0);
  await sink.part(id(1)).write(Uint8Array.of(bytes[77]! ^ 1), 77);
  await assert.rejects(sink.publish(id(1), 'shop/a', look, published(bytes, id(1))), VanishedError);
  assert.deepEqual(await readdir(join(folder, 'shop')), []);
});
