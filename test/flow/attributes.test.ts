/** Owners, extended attributes and ACLs of files, folders and links: from a folder to a folder, over a cluster in memory. */
import assert from 'node:assert/strict';
import { chmod, chown, lchown, link, mkdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DownloadOptions, UploadOptions } from '../../src/files/shared/options.ts';
import { attributeWish } from '../../src/stores/attribute-wish.ts';
import { accessAcl, defaultAcl } from '../../src/stores/disk/attributes/xattr.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { SeveralSources } from '../../src/stores/several-sources.ts';
import { ageKeys } from '../support/age-keys.ts';
import { aclFor, attributesAt, attributesBelow, isRoot, xattrs } from '../support/attributes.ts';
import { everything } from '../support/encrypted-flow.ts';
import { Flow, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { nobody } from '../support/nobody.ts';

const all = { owner: true, xattrs: true, acls: true } as const;
const tree = { ...all, folders: true, links: 'keep', hardLinks: true, delete: true } as const;
const wanted = { owner: 'number', xattrs: true, acls: true } as const;
const [ann, staff, other] = [isRoot ? 4001 : process.getuid!(), isRoot ? 4002 : process.getgid!(), 4003];

async function folders(t: TestContext) {
  const root = await temporaryFolder(t);
  const [from, to] = [join(root, 'from'), join(root, 'to')];
  await mkdir(from);
  const flow = new Flow({ maxMessageBytes: 20_000 });
  const up = async (options: Partial<UploadOptions> = tree) =>
    flow.up(
      { packBelow: 1000, ...(options.delete ? { maxDelete: { percent: 100 } } : {}), ...options },
      { source: await openDiskSource(from, { ...options, attributes: attributeWish(options) }) },
    );
  const down = async (options: Partial<DownloadOptions> = wanted, sink = to) =>
    flow.down(options, { sink: await openDiskSink(sink, { attributes: options }) });
  return { flow, root, from, to, shop: join(to, 'shop'), up, down };
}

/** Files of all sizes, a folder and a link, each with all that it can have. */
async function fill(from: string): Promise<void> {
  const { set } = await xattrs();
  await mkdir(join(from, 'd/empty'), { recursive: true });
  for (const [name, size] of [
    ['empty', 0],
    ['small', 10],
    ['d/large', 100_000],
  ] as const) {
    await writeFile(join(from, name), noise(size));
    await chmod(join(from, name), 0o640);
    await set(join(from, name), 'user.origin', Buffer.from(name));
    await set(join(from, name), accessAcl, aclFor(ann, 5));
  }
  await symlink('small', join(from, 'link'));
  await set(join(from, 'd/.'), 'user.folder', Buffer.from([0, 255]));
  await set(join(from, 'd/.'), accessAcl, aclFor(ann, 7));
  await set(join(from, 'd/.'), defaultAcl, aclFor(ann, 6));
  if (!isRoot) return;
  for (const name of ['empty', 'small', 'd/large', 'd', 'd/empty']) await chown(join(from, name), ann, staff);
  await lchown(join(from, 'link'), ann, other);
}

test('All that files, folders and links have goes with them; then what changes of it alone; nothing is sent twice', async (t) => {
  const { flow, from, shop, up, down } = await folders(t);
  await fill(from);
  await link(join(from, 'd/large'), join(from, 'second'));
  const both = async () => {
    assert.equal((await up()).failed, 0);
    assert.equal((await down()).failed, 0);
    assert.deepEqual(await attributesBelow(shop), await attributesBelow(from));
    const again = await up();
    assert.deepEqual([again.files, again.records], [0, 0]);
  };
  await both();
  const { set, remove } = await xattrs();
  await set(join(from, 'small'), 'user.origin', Buffer.from('another'));
  await remove(join(from, 'd/.'), 'user.folder');
  await both();
  await set(join(from, 'd/large'), accessAcl, aclFor(ann, 4));
  await remove(join(from, 'd/.'), defaultAcl);
  await remove(join(from, 'empty'), accessAcl);
  await both();
  if (isRoot) {
    for (const name of ['small', 'd/large', 'd']) await chown(join(from, name), other, staff);
    await lchown(join(from, 'link'), other, staff);
    await both();
  }
  assert.deepEqual(flow.told('warning'), []);
});

test('A large file of which only attributes changed is one record', async (t) => {
  const { from, up } = await folders(t);
  await writeFile(join(from, 'large'), noise(100_000));
  await up({ xattrs: true, notTwice: 'auto' });
  await (await xattrs()).set(join(from, 'large'), 'user.a', Buffer.from('x'));
  assert.deepEqual(
    await up({ xattrs: true, notTwice: 'auto' }).then(({ files, wireBytes }) => [files, wireBytes]),
    [1, 0],
  );
});

test('A wish that is new is met for what was sent without; one that is gone changes nothing', async (t) => {
  const { from, shop, up, down } = await folders(t);
  await fill(from);
  const plain = { folders: true, links: 'keep' } as const;
  await up(plain);
  await down();
  const { files } = await up({ ...plain, ...all, notTwice: 'auto' });
  assert.equal(files, 3);
  await down();
  assert.deepEqual(await attributesBelow(shop), await attributesBelow(from));
  assert.equal((await up(plain)).records, 0);
  assert.equal((await up({ ...plain, ...all })).records, 0);
});

test('Without a wish at the sink nothing is set; with one owner for all, folders made for files are that one', async (t) => {
  const { from, root, shop, up, down } = await folders(t);
  await fill(from);
  await chmod(join(from, 'small'), 0o640);
  await up(all);
  await down({});
  const own = `${process.getuid!()}:${process.getgid!()}`;
  assert.equal(
    await attributesAt(join(shop, 'small')),
    `${own} 600`,
    'what its ACL gave others is no right of its group',
  );
  if (!isRoot) return;
  const theirs = join(root, 'theirs');
  await down({ owner: `${other}:` }, theirs);
  for (const [path, mode] of [
    ['small', '600'],
    ['d', '755'],
    ['d/large', '700'],
  ] as const)
    assert.match(await attributesAt(join(theirs, 'shop', path)), new RegExp(`^4003:0 ${mode}`), path);
});

test('A program that runs as its owner is none at the sink, unless that is wished for', async (t) => {
  const { from, root, shop, up, down } = await folders(t);
  for (const [name, size] of [
    ['small', 10],
    ['large', 50_000],
  ] as const) {
    await writeFile(join(from, name), noise(size));
    if (isRoot) await chown(join(from, name), ann, staff);
    await chmod(join(from, name), 0o6755);
  }
  await mkdir(join(from, 'd'));
  await chmod(join(from, 'd'), 0o3775);
  await up({ owner: true, folders: true });
  await down({ owner: 'number' });
  const modes = async (folder: string) =>
    Promise.all(
      ['small', 'large', 'd'].map(async (name) =>
        ((await stat(join(folder, name))).mode & 0o7777).toString(8),
      ),
    );
  assert.deepEqual(await modes(shop), ['755', '755', '775']);
  await down({ owner: 'number', specialBits: true }, join(root, 'with'));
  assert.deepEqual(await modes(join(root, 'with/shop')), ['6755', '6755', '3775']);
});

test('Whoever may not give files away gets them all the same, and is told once', async (t) => {
  const { flow, from, to, shop, up, down } = await folders(t);
  if (!isRoot) return;
  await fill(from);
  await up(tree);
  await mkdir(to);
  await chmod(join(to, '..'), 0o755);
  await chown(to, nobody, nobody);
  process.seteuid!(nobody);
  const { failed, files } = await down({ owner: 'number' }).finally(() => process.seteuid!(0));
  assert.deepEqual([failed, files], [0, 3]);
  assert.equal((await stat(join(shop, 'small'))).uid, nobody);
  const told = flow.told('warning').filter(({ message }) => message.includes('owners'));
  assert.equal(told.length, 1, JSON.stringify(flow.told('warning')));
});

test('What has no room in a record is told by name, and the rest goes', async (t) => {
  const { flow, from, shop, up, down } = await folders(t);
  await writeFile(join(from, 'a'), 'a');
  const { set, get } = await xattrs();
  await set(join(from, 'a'), 'user.long', noise(3500));
  await set(join(from, 'a'), 'user.short', Buffer.from('b'));
  assert.equal((await up(all)).failed, 0);
  await down();
  assert.match(
    flow
      .told('warning')
      .map(({ message }) => message)
      .join(),
    /^a: .*left out: user\.long$/,
  );
  assert.equal(await get(join(shop, 'a'), 'user.long'), undefined);
  assert.equal(String(await get(join(shop, 'a'), 'user.short')), 'b');
  assert.equal((await up(all)).records, 0, 'it is not sent for ever');
});

test('What a followed link leads to goes with what that has; of several sources each has its own', async (t) => {
  const { flow, root, from, shop, down } = await folders(t);
  await fill(from);
  const other = join(root, 'other');
  await mkdir(other);
  await symlink(join(from, 'd/large'), join(other, 'led'));
  const how = { links: 'follow', attributes: attributeWish(all) } as const;
  const memory = new MemorySource();
  memory.write('c', noise(5));
  const sources = { a: await openDiskSource(from, how), b: await openDiskSource(other, how), m: memory };
  const source = new SeveralSources(new Map(Object.entries(sources)));
  const up = () => flow.up({ ...all, links: 'follow' }, { source });
  assert.deepEqual(await up().then(({ files, failed }) => [files, failed]), [6, 0]);
  assert.equal((await up()).records, 0);
  await down();
  assert.equal(await attributesAt(join(shop, 'b/led')), await attributesAt(join(from, 'd/large')));
  assert.equal(await attributesAt(join(shop, 'a/link')), await attributesAt(join(from, 'small')));
});

test('Members of a group give files and links what they have', async (t) => {
  const { flow, from, to, shop, up } = await folders(t);
  await fill(from);
  await up({ ...all, links: 'keep' });
  const sink = await openDiskSink(to, { attributes: wanted, group: { name: 'g', reader: 'one' } });
  assert.equal((await flow.down({ ...wanted, group: 'g', name: 'one' }, { sink })).failed, 0);
  for (const name of ['empty', 'small', 'd/large', 'link'])
    assert.equal(await attributesAt(join(shop, name)), await attributesAt(join(from, name)), name);
});

test('A store that keeps none of it says so once, and takes the files', async (t) => {
  const { flow, from, up } = await folders(t);
  await fill(from);
  await up(all);
  const { failed, files } = await flow.down(wanted);
  assert.deepEqual([failed, files], [0, 3]);
  assert.equal(flow.told('warning').filter(({ message }) => message.includes('no owners')).length, 1);
  const memory = new Flow();
  memory.source.write('a', noise(10));
  assert.equal((await memory.up(all)).files, 1);
  assert.equal(memory.told('warning').length, 1);
});

test('State that is read from the topic knows what was sent; a file that is renamed keeps what it has', async (t) => {
  const { flow, from, shop, up, down } = await folders(t);
  await fill(from);
  await up(all);
  flow.cluster.deleteTopic('files.state');
  await rename(join(from, 'small'), join(from, 'renamed'));
  const { files } = await up(all);
  assert.equal(files, 1);
  assert.equal((await up(all)).records, 0);
  await down();
  assert.equal(await attributesAt(join(shop, 'renamed')), await attributesAt(join(from, 'renamed')));
});

for (const hidesNames of [false, true]) {
  test(`What is encrypted has attributes that nobody reads without a key, in records or state (names hidden: ${hidesNames})`, async (t) => {
    const { flow, root, from, shop, up, down } = await folders(t);
    await fill(from);
    const { recipient, file } = await ageKeys(root, 'anna');
    const names = hidesNames ? { encryptNames: join(root, 'names') } : {};
    const how = { ...all, folders: true, links: 'keep', encryptTo: [recipient], ...names } as const;
    await up(how);
    await (await xattrs()).set(join(from, 'small'), 'user.origin', Buffer.from('another'));
    assert.ok((await up(how)).files >= 1);
    assert.equal((await up(how)).records, 0);
    await down({ ...wanted, identity: [file] });
    assert.deepEqual(await attributesBelow(shop), await attributesBelow(from));
    const text = String(await everything(flow));
    for (const word of ['user.origin', `${ann}:`, '"uid"', 'xattrs', 'acls', `"owner":"${ann}`])
      assert.ok(!text.includes(word), word);
  });
}
