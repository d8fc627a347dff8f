/** What files and folders of a sink have in the end, large ones and small ones, which are made in two ways. */
import assert from 'node:assert/strict';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { acl, attributesAt, isRoot, xattrs } from '../../../../test/support/attributes.ts';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { nobody } from '../../../../test/support/nobody.ts';
import type { Attributes } from '../../../records/attributes.ts';
import { digestOf } from '../../../records/checksum.ts';
import type { SinkAttributeWish } from '../../attribute-wish.ts';
import type { Sink } from '../../contract.ts';
import { openDiskSink } from '../sink.ts';
import { defaultAcl } from './xattr.ts';

const bytes = Buffer.from('x');
// Of microseconds, so that the second small file goes the short way.
const mtime = '1700000000123456789';
let count = 0;

async function sinkAt(t: TestContext, folder: string, attributes: SinkAttributeWish = {}) {
  const told: string[] = [];
  const sink = await openDiskSink(folder, { attributes });
  sink.notices?.((message) => told.push(message.slice(folder.length + 2)));
  t.after(() => sink.close());
  return { sink, told };
}

/** Two small files, a large one and a folder. */
async function put(sink: Sink, mode: number, attributes?: Attributes): Promise<void> {
  const look = { mode, mtime, ...(attributes && { attributes }) };
  const next = () => {
    return { upload: String(++count).padStart(32, '0'), size: 1, digest: digestOf('md5', bytes) };
  };
  for (const name of ['first', 'second']) await sink.publishWhole(bytes, `shop/${name}`, look, next());
  const large = next();
  await sink.part(large.upload).write(bytes, 0);
  await sink.publish(large.upload, 'shop/large', look, large);
  await sink.folder!('shop/folder', { upload: next().upload, ...look });
  await sink.checkpoint([]);
}

/** As a user without rights, where the test has them all. */
async function asNobody(folder: string, work: () => Promise<void>): Promise<void> {
  if (!isRoot) return work();
  await chown(folder, nobody, nobody);
  process.seteuid!(nobody);
  await work().finally(() => process.seteuid!(0));
}

async function found(folder: string, names = ['first', 'second', 'large']): Promise<string[]> {
  const looks = await Promise.all(names.map((name) => attributesAt(join(folder, 'shop', name))));
  return looks.map((look) => look.slice(look.indexOf(' ') + 1));
}

test('What a folder passes on to what is made in it does not decide which permissions files have', async (t) => {
  const folder = await temporaryFolder(t);
  const { set } = await xattrs();
  await set(`${folder}/.`, defaultAcl, acl(['owner', 7], ['group', 0], ['other', 0]));
  const { sink } = await sinkAt(t, folder);
  await put(sink, 0o644);
  assert.deepEqual(await found(folder), ['644', '644', '644']);
});

test('Whoever may not write a file by its permissions gives it its attributes all the same', async (t) => {
  for (const [mode, text] of [
    [0o444, '444'],
    [0o000, '0'],
    [0o200, '200'],
  ] as const) {
    const folder = await temporaryFolder(t);
    await asNobody(folder, async () => {
      const { sink, told } = await sinkAt(t, folder, { xattrs: true });
      await put(sink, mode, { xattrs: { 'user.a': 'eA==' } });
      assert.deepEqual(told, []);
    });
    if (isRoot || mode === 0o444) assert.deepEqual(await found(folder), Array(3).fill(`${text} user.a=eA==`));
  }
});

test('A file is no program of another one than at its source: who cannot be given it, or is not told of, lends it no rights', async (t) => {
  if (!isRoot) return;
  const [mode, theirs] = [0o6755, { uid: 4001, gid: 4002 }];
  const ways: readonly [wish: SinkAttributeWish, said: Attributes | undefined, right: string][] = [
    [{}, theirs, '755'],
    [{}, { uid: 0, gid: 0 }, '6755'],
    [{}, { uid: 0, gid: 4002 }, '4755'],
    [{ owner: 'number' }, theirs, '6755'],
    [{ owner: 'number' }, undefined, '755'],
    [{ owner: ':4002' }, theirs, '2755'],
    [{ owner: '4003:4003' }, theirs, '6755'],
  ];
  for (const [wish, said, right] of ways) {
    const folder = await temporaryFolder(t);
    const { sink, told } = await sinkAt(t, folder, { ...wish, specialBits: true });
    await put(sink, mode, said);
    assert.deepEqual(await found(folder), [right, right, right], JSON.stringify([wish, said]));
    assert.equal(told.filter((message) => message.includes('set-user-ID')).length, right === '6755' ? 0 : 1);
  }
  for (const [one, said, right] of [
    [mode, theirs, '755'],
    [0o4700, { uid: nobody, gid: 4002 }, '4700'],
  ] as const) {
    const folder = await temporaryFolder(t);
    await asNobody(folder, async () => {
      const { sink } = await sinkAt(t, folder, { owner: 'number', specialBits: true });
      await put(sink, one, said);
    });
    assert.deepEqual(await found(folder), [right, right, right]);
  }
});

test('Without its ACL a file gives its group no more than the ACL did', async (t) => {
  const folder = await temporaryFolder(t);
  const closed = acl(['owner', 6], ['user', 6, 4001], ['group', 0], ['mask', 6], ['other', 0]);
  const said = { acl: closed.toString('base64'), defaultAcl: '' };
  const names = ['first', 'second', 'large', 'folder'];
  const { sink } = await sinkAt(t, folder);
  await put(sink, 0o660, said);
  assert.deepEqual(await found(folder, names), Array(4).fill('600'));
  // One that Linux does not take.
  const maskless = acl(['owner', 6], ['user', 6, 4001], ['group', 4], ['other', 0]).toString('base64');
  const others = await temporaryFolder(t);
  const { sink: with_, told } = await sinkAt(t, others, { acls: true });
  await put(with_, 0o660, { acl: maskless, defaultAcl: '' });
  assert.deepEqual(await found(others, names), Array(4).fill('640'));
  assert.equal(told.length, 1);
  await put(with_, 0o660, said);
  const whole = `660 system.posix_acl_access=${said.acl}`;
  assert.deepEqual(await found(others, names), Array(4).fill(whole));
});
