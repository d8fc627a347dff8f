import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  lchown,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { type CallName, RefusingCalls } from '../../../test/support/refusing-calls.ts';
import { ConfigurationError } from '../../errors.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Sink } from '../contract.ts';
import { openDiskSink } from './sink.ts';

const look = { mtime: '1700000000123456000', mode: 0o644 };

function upload(number: number): string {
  return String(number).padStart(32, '0');
}

function put(sink: Sink, target: string, number: number, over: 'aside' | 'nothing' = 'aside') {
  const bytes = Buffer.from(`version ${number}`);
  const published = { upload: upload(number), size: bytes.length, digest: digestOf('md5', bytes) };
  return sink.publishWhole(bytes, target, look, published, over);
}

async function opened(t: TestContext, folder: string, calls?: RefusingCalls): Promise<Sink> {
  const sink = await openDiskSink(folder, calls === undefined ? {} : { calls });
  t.after(() => sink.close());
  return sink;
}

async function textsIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).toSorted();
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}

test('There is no moment without the name, and none at which what stood there has none', async (t) => {
  const folder = await temporaryFolder(t);
  const seen: boolean[] = [];
  const calls = new RefusingCalls((call, args) => {
    const to = String(args[1]);
    if (call === 'rename' && to.endsWith('/a.txt'))
      seen.push(existsSync(to) && existsSync(to.replace(/a\.txt$/, `a~${seen.length + 1}.txt`)));
    return undefined;
  });
  const sink = await opened(t, folder, calls);
  await put(sink, 'shop/a.txt', 1, 'nothing');
  for (const number of [2, 3]) await put(sink, 'shop/a.txt', number);
  assert.deepEqual(seen, [true, true]);
});

test('A run that ends between the two names makes one more of them, and no third', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'shop'));
  await writeFile(join(folder, 'shop', 'a'), 'theirs');
  const failing = await opened(
    t,
    folder,
    new RefusingCalls((call: CallName) => (call === 'rename' ? 'EIO' : undefined)),
  );
  await assert.rejects(put(failing, 'shop/a', 1), { code: 'EIO' });
  assert.deepEqual(await textsIn(join(folder, 'shop')), { a: 'theirs', 'a~1': 'theirs' });
  await failing.close();
  const sink = await opened(t, folder);
  assert.equal(await put(sink, 'shop/a', 1), 'shop/a~1');
  assert.deepEqual(await textsIn(join(folder, 'shop')), { a: 'version 1', 'a~1': 'theirs' });
});

test('That a version was published is remembered before it is kept aside, without a checkpoint', async (t) => {
  const folder = await temporaryFolder(t);
  const killed = await openDiskSink(folder);
  await put(killed, 'shop/a', 1, 'nothing');
  for (const number of [2, 3]) await put(killed, 'shop/a', number);
  await killed.close();
  const sink = await opened(t, folder);
  assert.equal(await sink.newest('shop/a'), upload(2));
});

test('The same bytes of the same time are kept once, whoever put them there', async (t) => {
  const folder = await temporaryFolder(t);
  const sink = await opened(t, folder);
  await put(sink, 'shop/a', 1, 'nothing');
  await put(sink, 'shop/a', 2);
  await rm(join(folder, 'shop', 'a'));
  await put(sink, 'shop/a', 1, 'nothing');
  assert.equal(await put(sink, 'shop/a', 2), 'shop/a~1');
  await utimes(join(folder, 'shop', 'a'), 1_600_000_000, 1_600_000_000);
  assert.equal(await put(sink, 'shop/a', 3), 'shop/a~2');
});

test('A symbolic link is kept as what it is, and a folder is in the way', async (t) => {
  const folder = await temporaryFolder(t);
  const outside = join(await temporaryFolder(t), 'outside');
  await writeFile(outside, 'not ours');
  await mkdir(join(folder, 'shop', 'folder'), { recursive: true });
  await symlink(outside, join(folder, 'shop', 'link'));
  await lutimes(join(folder, 'shop', 'link'), 1_600_000_000, 1_600_000_000);
  if (process.getuid?.() === 0) await lchown(join(folder, 'shop', 'link'), 4001, 4002);
  const stood = await lstat(join(folder, 'shop', 'link'));
  const sink = await opened(t, folder);
  assert.equal(await put(sink, 'shop/link', 1), 'shop/link~1');
  assert.equal(await readlink(join(folder, 'shop', 'link~1')), outside);
  if (process.platform === 'linux') {
    const { uid, gid, mtimeMs } = await lstat(join(folder, 'shop', 'link~1'));
    assert.deepEqual([uid, gid, mtimeMs], [stood.uid, stood.gid, stood.mtimeMs]);
  }
  assert.ok((await lstat(join(folder, 'shop', 'link'))).isFile());
  assert.equal(await readFile(outside, 'utf8'), 'not ours');
  for (const over of ['aside', 'nothing'] as const)
    await assert.rejects(put(sink, 'shop/folder', 2, over), { code: /EISDIR|ENOTEMPTY|EEXIST/ });
});

test('Names that are too long for a number are cut, and a folder behind a link is not entered', async (t) => {
  const folder = await temporaryFolder(t);
  const sink = await opened(t, folder);
  const long = `${'ü'.repeat(125)}.txt`;
  await put(sink, `shop/${long}`, 1, 'nothing');
  assert.equal(await put(sink, `shop/${long}`, 2), `shop/${'ü'.repeat(124)}~1.txt`);
  const outside = await temporaryFolder(t);
  await writeFile(join(outside, 'a'), 'not ours');
  await symlink(outside, join(folder, 'shop', 'way'));
  await assert.rejects(put(sink, 'shop/way/a', 3), { code: 'ELOOP' });
  assert.deepEqual(await readdir(outside), ['a']);
});

test('Where files have one name alone nothing is kept aside, and what needs a free name looks first', async (t) => {
  const folder = await temporaryFolder(t);
  const sink = await opened(
    t,
    folder,
    new RefusingCalls((call: CallName) => (call === 'link' ? 'EPERM' : undefined)),
  );
  await assert.rejects(async () => sink.proveAside!(), ConfigurationError);
  assert.deepEqual(await readdir(join(folder, '.sluice', 'parts')), []);
  await put(sink, 'shop/a', 1, 'nothing');
  await assert.rejects(put(sink, 'shop/a', 2, 'nothing'), { name: 'ReplacedError' });
  assert.deepEqual(await textsIn(join(folder, 'shop')), { a: 'version 1' });
});

test('A name that the file system does not take is told as such, also where it is to be free', async (t) => {
  const folder = await temporaryFolder(t);
  const refusal = (call: CallName, [, to]: readonly unknown[]) =>
    (call === 'link' || call === 'rename') && String(to).endsWith('/a?') ? 'ENOENT' : undefined;
  const sink = await opened(t, folder, new RefusingCalls(refusal));
  await assert.rejects(put(sink, 'shop/a?', 1, 'nothing'), { code: 'EINVAL' });
  await put(sink, 'shop/a', 1, 'nothing');
});

test('A link that is kept once is kept once, though the name could not be written then', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'shop'));
  await symlink('elsewhere', join(folder, 'shop', 'link'));
  let refused = 1;
  const refusal = (call: CallName) => (call === 'rename' && refused-- > 0 ? 'EIO' : undefined);
  const sink = await opened(t, folder, new RefusingCalls(refusal));
  await assert.rejects(put(sink, 'shop/link', 1), { code: 'EIO' });
  assert.equal(await put(sink, 'shop/link', 1), 'shop/link~1');
  assert.deepEqual((await readdir(join(folder, 'shop'))).toSorted(), ['link', 'link~1']);
});
