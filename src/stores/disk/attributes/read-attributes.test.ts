/** What is said of a file whose attributes are not all to be had. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { aclFor, xattrs } from '../../../../test/support/attributes.ts';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { AttributeReader } from './read-attributes.ts';
import { accessAcl, type XattrCalls } from './xattr.ts';

const gives = { owner: false, xattrs: true, acls: true } as const;

/** Of a file that has an attribute and an ACL. */
async function read(t: TestContext, odd: Partial<XattrCalls> = {}, isFolder = false) {
  const folder = await temporaryFolder(t);
  const path = isFolder ? folder : join(folder, 'file');
  const at = isFolder ? `${folder}/.` : path;
  if (!isFolder) await writeFile(path, '');
  const calls = await xattrs();
  await calls.set(at, 'user.a', Buffer.from('x'));
  await calls.set(at, accessAcl, aclFor(4001, 5));
  const look = { path: 'file', size: 0, mtime: '0', ctime: '0', inode: '1', mode: 0o644, gives };
  const file = isFolder ? { ...look, isFolder } : look;
  return new AttributeReader(gives, { ...calls, ...odd }).readAt(file, path);
}

function failing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`${code}: refused`), { code }));
}

test('Names that cannot be listed, for one is no text or they are too many, keep back neither the file nor its ACL', async (t) => {
  for (const code of ['EILSEQ', 'E2BIG', 'EACCES']) {
    const { attributes, unread } = await read(t, { list: failing(code) });
    assert.deepEqual(attributes, { acl: aclFor(4001, 5).toString('base64') });
    assert.deepEqual(unread, [`all of user.* (${code}: refused)`]);
  }
  for (const code of ['ENOENT', 'EIO']) await assert.rejects(read(t, { list: failing(code) }), { code });
});

test('What is there and cannot be read is told, and never said to be none', async (t) => {
  // The package answers so to every error.
  for (const get of [async () => undefined, failing('EACCES')])
    for (const isFolder of [false, true]) {
      const { attributes, unread } = await read(t, { get }, isFolder);
      const none = isFolder && unread.length === 2 ? { defaultAcl: '' } : {};
      assert.deepEqual(attributes, { xattrs: {}, ...none });
      assert.deepEqual(unread.slice(0, 2), ['user.a', accessAcl]);
    }
});

test('A file system without any of it has none, and nothing is told', async (t) => {
  const refused = failing('ENOTSUP');
  const { attributes, unread } = await read(t, { list: refused, get: refused }, true);
  assert.deepEqual([attributes, unread], [{ xattrs: {}, acl: '', defaultAcl: '' }, []]);
});
