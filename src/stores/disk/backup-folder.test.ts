/** Folders in which removed files are kept: who could not go into those of the sink cannot go into these. */
import assert from 'node:assert/strict';
import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { aclFor, attributesAt, isRoot, xattrs } from '../../../test/support/attributes.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { nobody } from '../../../test/support/nobody.ts';
import { digestOf } from '../../records/checksum.ts';
import { accessAcl } from './attributes/xattr.ts';
import { openDiskSink } from './sink.ts';
import type { DiskSinkOptions } from './sink-options.ts';

const bytes = Buffer.from('x');
const look = { mtime: '1700000000000000000', mode: 0o644 };

/** Removes a file of a folder that `prepare` has given its look; resolves with how the kept one's folders look. */
async function removed(
  t: TestContext,
  prepare: (folder: string) => Promise<void>,
  attributes: DiskSinkOptions['attributes'] = {},
) {
  const root = await temporaryFolder(t);
  const to = join(root, 'to');
  const sink = await openDiskSink(to, { backup: 'old', attributes });
  t.after(() => sink.close());
  const published = { upload: '1'.repeat(32), size: 1, digest: digestOf('md5', bytes) };
  await sink.publishWhole(bytes, 'shop/a/b/file', look, published);
  await prepare(join(to, 'shop/a'));
  const { result, backup } = await sink.remove!('shop/a/b/file', '2'.repeat(32));
  assert.deepEqual([result, backup], ['removed', join(to, 'old/shop/a/b/file')]);
  return Promise.all(['shop', 'shop/a', 'shop/a/b'].map((name) => attributesAt(join(to, 'old', name))));
}

test('A folder of the backup is closed to whom the one in the sink was closed, and belongs to its owner', async (t) => {
  const [shop, a, b] = await removed(t, async (folder) => {
    await chmod(folder, 0o2710);
    if (isRoot) await chown(folder, 4001, 4002);
    await chmod(join(folder, 'b'), 0o500);
  });
  const own = `${process.getuid!()}:${process.getgid!()}`;
  assert.deepEqual([shop, b], [`${own} 755`, `${own} 700`]);
  if (isRoot) assert.equal(a, '4001:4002 2710');
});

test('It has the ACL of that, where ACLs are set', async (t) => {
  const acl = aclFor(4001, 5);
  const [, a] = await removed(t, async (folder) => (await xattrs()).set(`${folder}/.`, accessAcl, acl), {
    acls: true,
  });
  assert.match(a ?? '', new RegExp(` 750 ${accessAcl}=`));
});

test('A group that cannot have it gives its rights to no other', async (t) => {
  if (!isRoot) return;
  const to = await temporaryFolder(t);
  await chown(to, nobody, nobody);
  process.seteuid!(nobody);
  try {
    const sink = await openDiskSink(to, { backup: 'old' });
    const published = { upload: '1'.repeat(32), size: 1, digest: digestOf('md5', bytes) };
    await sink.publishWhole(bytes, 'shop/file', look, published);
    process.seteuid!(0);
    await chown(join(to, 'shop'), nobody, 4002);
    await chmod(join(to, 'shop'), 0o770);
    process.seteuid!(nobody);
    await sink.remove!('shop/file', '2'.repeat(32));
    await sink.close();
  } finally {
    process.seteuid!(0);
  }
  assert.equal((await attributesAt(join(to, 'old/shop'))).split(' ')[1], '700');
});
