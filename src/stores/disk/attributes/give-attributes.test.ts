/** What a place, or the right of who runs this, does not allow: said once, and done without. */
import assert from 'node:assert/strict';
import { chown, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { aclFor, attributesAt, isRoot } from '../../../../test/support/attributes.ts';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { smallDisk } from '../../../../test/support/small-disk.ts';
import { Notices } from '../../notices.ts';
import { DiskCalls } from '../calls.ts';
import { GiveAttributes } from './give-attributes.ts';
import { loadXattrs, type XattrCalls } from './xattr.ts';

const attributes = {
  xattrs: { 'user.a': '', 'user.b': '' },
  acl: aclFor(4001, 5).toString('base64'),
  defaultAcl: '',
};

function refusing(code: string): XattrCalls {
  const refuse = async (): Promise<never> => {
    throw Object.assign(new Error(code), { code });
  };
  return { list: refuse, get: refuse, set: refuse, remove: refuse };
}

async function given(t: TestContext, calls: XattrCalls, at?: string) {
  const folder = at ?? (await temporaryFolder(t));
  const told: string[] = [];
  const notices = new Notices();
  notices.listen((message) => told.push(message));
  const wish = { isOneOwner: false, calls, xattrs: true, acls: true, specialBits: false };
  const give = new GiveAttributes({ place: folder, calls: new DiskCalls(true), notices, wish });
  for (const name of ['one', 'two']) {
    const path = join(folder, name);
    await writeFile(path, '');
    const file = await open(path);
    try {
      await give.giveFirst(file.fd, path, attributes);
      await give.giveLast(path, attributes);
    } finally {
      await file.close();
    }
  }
  await mkdir(join(folder, 'folder'));
  await give.giveFolder(join(folder, 'folder'), { mode: 0o755, attributes });
  return told.map((message) => message.slice(folder.length + 2));
}

test('A file system without extended attributes and ACLs is told of once for each', async (t) => {
  assert.deepEqual(await given(t, refusing('ENOTSUP')), [
    'files cannot have extended attributes there, and come without (ENOTSUP)',
    'files cannot have ACLs there, and come without (ENOTSUP)',
  ]);
});

test('One that has no room, or forbids it, is told of by the first that is left out; a disk that fails, or a quota, is no such thing', async (t) => {
  for (const code of ['ENOSPC', 'E2BIG', 'EPERM', 'EINVAL']) {
    const told = await given(t, refusing(code));
    assert.match(told[0] ?? '', /^the extended attribute user\.a cannot be set there/, code);
    assert.match(told[1] ?? '', /^an ACL cannot be set there/, code);
    assert.match(told[2] ?? '', /^extended attributes cannot be removed there/, code);
    assert.equal(told.length, 3);
  }
  for (const code of ['EIO', 'EDQUOT']) await assert.rejects(given(t, refusing(code)), { code });
});

test('A full disk is no file without room for attributes: it is waited for', async (t) => {
  const disk = await smallDisk(t, 1);
  if (disk === undefined) return;
  await assert.rejects(writeFile(join(disk.folder, 'all'), Buffer.alloc(2 ** 21)), { code: 'ENOSPC' });
  await assert.rejects(given(t, refusing('ENOSPC'), disk.folder), { code: 'ENOSPC' });
});

test('An owner that is right already is not set; a group that one may give is given where the user may not', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'file');
  await writeFile(path, '');
  const made: number[][] = [];
  class Refusing extends DiskCalls {
    override async setOwner(file: number, uid: number, gid: number): Promise<void> {
      made.push([uid, gid]);
      if (uid !== -1) throw Object.assign(new Error('EPERM: refused'), { code: 'EPERM' });
      if (isRoot) await super.setOwner(file, uid, gid);
    }
  }
  const [uid, gid] = [process.getuid!(), process.getgid!()];
  const ids = { uid, gid };
  const wish = {
    isOneOwner: false,
    xattrs: false,
    acls: false,
    specialBits: false,
    ownerOf: async () => ids,
  };
  const told: string[] = [];
  const notices = new Notices();
  notices.listen((message) => told.push(message));
  const give = new GiveAttributes({ place: folder, calls: new Refusing(true), notices, wish });
  const file = await open(path);
  t.after(() => file.close());
  await give.giveFirst(file.fd, path);
  assert.deepEqual(made, []);
  Object.assign(ids, { uid: 4001, gid: 4002 });
  await give.giveFirst(file.fd, path);
  assert.deepEqual(
    [made, told.length],
    [
      [
        [4001, 4002],
        [-1, 4002],
      ],
      1,
    ],
  );
  if (!isRoot) return;
  assert.match(await attributesAt(path), new RegExp(`^${uid}:4002 `));
  await chown(path, uid, gid);
});

test('A package that is not there is named, with the way to get it', async () => {
  const fault = {
    name: 'ConfigurationError',
    message: /^--xattrs needs a package that is not installed.*npm install @napi-rs\/xattr/,
  };
  await assert.rejects(loadXattrs('--xattrs', '@napi-rs/no-such-xattr'), fault);
});
