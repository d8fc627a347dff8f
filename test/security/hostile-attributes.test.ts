/** What records may say of owners, extended attributes and ACLs, and what a sink that sets those makes of it. */
import assert from 'node:assert/strict';
import { lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Attributes } from '../../src/records/attributes.ts';
import { digestOf } from '../../src/records/checksum.ts';
import { encodeClose, encodePack } from '../../src/records/file-record.ts';
import { encodeFolders } from '../../src/records/folder-record.ts';
import { encodeLinks } from '../../src/records/link-record.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { attributesAt, isRoot, xattrs } from '../support/attributes.ts';
import { Flow } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

const [uploader, mtime, mode] = ['shop', '1700000000000000000', 0o6755];
const id = (number: number): string => `${String(number).padStart(16, '0')}aaaaaaaaaaaaaaaa`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const own = `${process.getuid!()}:${process.getgid!()}`;

/** A file of no bytes, one in a pack, a folder and a link, each with these attributes. */
async function flowOf(attributes: Attributes): Promise<Flow> {
  const flow = new Flow({ maxMessageBytes: 100_000 });
  const empty = { size: 0, digest: digestOf('md5', new Uint8Array(0)), mtime, mode, attributes };
  const records = [
    encodeClose({ uploader, path: 'file', upload: id(1), ...empty }),
    encodePack(uploader, [{ path: 'packed', upload: id(2), ...empty }], []),
    encodeFolders(uploader, [{ path: 'folder', upload: id(3), mode, mtime, attributes }]),
    encodeLinks(uploader, [{ path: 'link', upload: id(4), target: 'file', mtime, attributes }]),
  ];
  await flow.append(records.map((record) => ({ partition: 0, record })));
  return flow;
}

async function received(t: TestContext, attributes: Attributes, wish = {}) {
  const to = await temporaryFolder(t);
  const flow = await flowOf(attributes);
  const down = await flow.down({}, { sink: await openDiskSink(to, { attributes: wish }) });
  assert.equal(down.failed, 0);
  return { flow, shop: join(to, 'shop') };
}

const all = { owner: 'name', xattrs: true, acls: true } as const;

test('Attributes that are the system’s, or give rights, are never set; those of others are', async (t) => {
  const capability = Buffer.from('0100000200000000000000000000000000000000', 'hex').toString('base64');
  const { shop } = await received(
    t,
    {
      xattrs: {
        'security.capability': capability,
        'security.selinux': base64('x'),
        'trusted.overlay.opaque': base64('y'),
        'system.posix_acl_access': base64('z'),
        'user.mine': base64('mine'),
      },
    },
    all,
  );
  const { list } = await xattrs();
  for (const name of ['file', 'packed', 'folder/.'])
    assert.deepEqual(await list(join(shop, name)), ['user.mine'], name);
});

test('An ACL that is none is left out and told once, and hinders no other', async (t) => {
  for (const acl of [
    '',
    'x',
    '\x02\0\0\0',
    '\x02\0\0\0\x01\0\x07\0\xff\xff\xff\xff',
    '\x01\0\0\0\x01\0\x07\0\0\0\0\0',
  ]) {
    const value = Buffer.from(acl, 'latin1').toString('base64');
    const { flow, shop } = await received(t, { acl: value, defaultAcl: value }, all);
    for (const name of ['file', 'packed', 'folder'])
      assert.match(await attributesAt(join(shop, name)), /^\S+ 755$/);
    assert.ok(flow.told('warning').length <= 1, JSON.stringify(flow.told('warning')));
    assert.equal(flow.told('warning').length, acl === '' ? 0 : 1);
  }
});

test('A file of whoever the record says is no program that runs as that one', async (t) => {
  const [uid, gid] = isRoot ? [0, 0] : own.split(':').map(Number);
  for (const owner of ['name', 'number']) {
    const { shop } = await received(t, { uid: uid!, gid: gid!, user: 'root', group: 'root' }, { owner });
    for (const name of ['file', 'packed', 'folder'])
      assert.equal((await lstat(join(shop, name))).mode & 0o7777, 0o755, name);
  }
});

test('Names that are numbers, or options of a command, are nobody here: the number counts', async (t) => {
  if (!isRoot) return;
  for (const user of ['0', '-s', '--service=x', 'root:x', ' root', 'no such user']) {
    const { shop } = await received(t, { uid: 4001, gid: 4002, user, group: user }, { owner: 'name' });
    for (const name of ['file', 'packed', 'folder', 'link'])
      assert.match(await attributesAt(join(shop, name)), /^4001:4002/, `${name} of ${user}`);
  }
  const { shop } = await received(
    t,
    { uid: 4001, gid: 4002, user: 'root', group: 'root' },
    { owner: 'name' },
  );
  assert.match(await attributesAt(join(shop, 'file')), /^0:0/);
});

test('Without a wish nothing of it is set', async (t) => {
  const { shop } = await received(t, { uid: 4001, gid: 4002, xattrs: { 'user.a': '' }, acl: '' });
  for (const name of ['file', 'packed', 'folder', 'link'])
    assert.match(await attributesAt(join(shop, name)), new RegExp(`^${own}(?: 755)?$`), name);
});

test('Owners, attributes and ACLs reach nothing behind a link', async (t) => {
  const to = await temporaryFolder(t);
  const outside = await temporaryFolder(t);
  await writeFile(join(outside, 'file'), 'diary');
  await mkdir(join(to, 'shop'));
  for (const name of ['folder', 'file', 'link'])
    await symlink(join(outside, name === 'folder' ? '' : 'file'), join(to, 'shop', name));
  const before = [await attributesAt(outside), await attributesAt(join(outside, 'file'))];
  const flow = await flowOf({ uid: 4001, gid: 4002, xattrs: { 'user.a': '' }, acl: '' });
  await flow.down({}, { sink: await openDiskSink(to, { attributes: all }) });
  assert.deepEqual([await attributesAt(outside), await attributesAt(join(outside, 'file'))], before);
  assert.equal(await readFile(join(outside, 'file'), 'utf8'), 'diary');
  assert.ok((await stat(join(to, 'shop/packed'))).isFile());
});
