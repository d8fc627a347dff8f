/** Owners, extended attributes and ACLs by whole programs and a real Kafka, as root and as somebody without rights; and one file of settings for both verbs. */
import assert from 'node:assert/strict';
import { chmod, chown, lchown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { accessAcl } from '../../src/stores/disk/attributes/xattr.ts';
import { aclFor, attributesAt, attributesBelow, isRoot, xattrs } from '../support/attributes.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

test('What files, folders and links have is there too, and changes with them', async (t) => {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(join(from, 'd'), { recursive: true });
  await writeFile(join(from, 'small'), 'small');
  await writeFile(join(from, 'd/large'), 'x'.repeat(600_000));
  await symlink('small', join(from, 'link'));
  const { set } = await xattrs();
  await set(join(from, 'small'), 'user.origin', Buffer.from('till'));
  await set(join(from, 'd/large'), accessAcl, aclFor(4001, 4));
  if (isRoot)
    for (const path of ['small', 'd', 'd/large', 'link']) await lchown(join(from, path), 4001, 4002);
  const settings = join(folder, 'client.properties');
  // One file for both: a choice of the one verb is a switch of the other.
  await writeFile(settings, 'sluice.owner=number\nsluice.xattrs=true\nsluice.acls=true\n');
  const env = {
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_TOPIC: uniqueTopic('attributes'),
    SLUICE_MIN_AGE: '0',
  };
  const both = async (): Promise<void> => {
    for (const words of [
      [
        'upload',
        '--from',
        from,
        '--name',
        'till',
        '--once',
        '--folders',
        '--links',
        'keep',
        '--config',
        settings,
      ],
      ['download', '--to', to, '--once', '--config', settings],
    ]) {
      const { code, stderr } = await runSluice(words, { env });
      assert.equal(code, 0, stderr);
    }
    assert.deepEqual(await attributesBelow(join(to, 'till')), await attributesBelow(from));
  };
  await both();
  await set(join(from, 'd/large'), 'user.later', Buffer.from('more'));
  if (isRoot) await chown(join(from, 'small'), 4003, 4003);
  await both();
  if (!isRoot) return;
  // Without the right to give files away they come all the same, and that is told.
  const theirs = join(folder, 'theirs');
  await mkdir(theirs);
  await chmod(folder, 0o755);
  await chown(theirs, 65_534, 65_534);
  const words = ['download', '--to', theirs, '--once', '--owner', 'number'];
  const { code, stderr } = await runSluice(words, { env, user: 65_534 });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /files cannot be given their owners there, and belong to whoever runs this/);
  assert.match(await attributesAt(join(theirs, 'till/d/large')), /^65534:/);
});
