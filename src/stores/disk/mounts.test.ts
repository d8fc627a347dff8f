import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { isLocalTree, mountsBelow, whyNotShareable } from './mounts.ts';

const mounts = String.raw`22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /proc rw - proc proc rw
30 22 0:40 / /srv/files/archive rw shared:9 master:2 - nfs4 server:/archive rw,vers=4.2
31 22 0:41 / /srv/files-too rw - fuse.sshfs host:/ rw
32 22 0:42 / /srv/with\040space/da\134ta rw - xfs /dev/sdb1 rw
`;

test('What is mounted below a directory is found by whole names', () => {
  assert.deepEqual(mountsBelow(mounts, '/srv/files'), ['nfs4']);
  assert.deepEqual(mountsBelow(mounts, '/srv/files/archive'), []);
  assert.deepEqual(mountsBelow(mounts, '/srv/with space'), ['xfs']);
  assert.deepEqual(mountsBelow(mounts, '/srv/with space/da\\ta'), []);
  assert.deepEqual(mountsBelow(mounts, '/home'), []);
  assert.deepEqual(mountsBelow(mounts, '/'), ['proc', 'nfs4', 'fuse.sshfs', 'xfs']);
});

test('A tree with a file system of another kind in it is not taken for local', async () => {
  // Below the root there are always some, `/proc` for one.
  assert.equal(await isLocalTree('/'), false);
});

test('Only a folder on a disk of this machine, with nothing mounted below, can be shared by several processes', async (t) => {
  assert.equal(await whyNotShareable(await temporaryFolder(t)), undefined);
  assert.match(
    (await whyNotShareable('/proc')) ?? '',
    /a file system of the type 0x9fa0, which is not known/,
  );
  assert.match((await whyNotShareable('/')) ?? '', /another file system is mounted below it/);
});
