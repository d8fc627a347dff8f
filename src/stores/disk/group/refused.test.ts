/** Calls that fail in the turn of a name: what is told is what was wrong, and nothing has changed. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { id, look, publishedAs } from '../../../../test/contracts/sink/ground.ts';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { DiskCalls } from '../calls.ts';
import { openDiskSink } from '../sink.ts';

const fault = (code: string): Error => Object.assign(new Error(`${code}: of the test`), { code });

/** A disk without room for links, or for a name that ends so. */
class FullDisk extends DiskCalls {
  isFull = false;
  refused: string | undefined;

  override async makeLink(text: string, path: string): Promise<void> {
    if (this.isFull) throw fault('ENOSPC');
    return super.makeLink(text, path);
  }

  override async rename(from: string, to: string): Promise<void> {
    if (this.refused !== undefined && to.endsWith(this.refused)) {
      this.isFull = true;
      throw fault('EACCES');
    }
    return super.rename(from, to);
  }
}

async function place(t: TestContext) {
  const folder = await temporaryFolder(t);
  const calls = new FullDisk(true);
  const sink = await openDiskSink(folder, { calls, group: { name: 'fill', reader: 'a' } });
  t.after(() => sink.close());
  return { folder, calls, sink };
}

test('A record that finds no room is told as that, and the file is put there when there is some', async (t) => {
  const { folder, calls, sink } = await place(t);
  await sink.part(id(1)).write(Buffer.from('text'), 0);
  const publish = () => sink.publish(id(1), 'shop/a', look, publishedAs('text'));
  await sink.publishWhole(Buffer.from('z'), 'shop/z', look, publishedAs('z'));
  calls.isFull = true;
  await assert.rejects(publish, { code: 'ENOSPC' });
  assert.equal(await sink.newest('shop/a'), undefined);
  calls.isFull = false;
  await publish();
  assert.equal(await readFile(join(folder, 'shop/a'), 'utf8'), 'text');
  assert.deepEqual(await readdir(join(folder, '.sluice', 'turns')), []);
});

test('A name that is refused while there is no room is told as that, and what stands there is still known', async (t) => {
  const { folder, calls, sink } = await place(t);
  await sink.publishWhole(Buffer.from('first'), 'shop/a', look, publishedAs('first', id(1)));
  const publish = () => sink.publishWhole(Buffer.from('text'), 'shop/a', look, publishedAs('text', id(2)));
  // The folder is open, and named by its descriptor.
  calls.refused = '/a';
  await assert.rejects(publish, { code: 'EACCES' });
  assert.deepEqual(await sink.published('shop/a'), publishedAs('first', id(1)));
  calls.refused = undefined;
  calls.isFull = false;
  await publish();
  assert.equal(await readFile(join(folder, 'shop/a'), 'utf8'), 'text');
  await rm(join(folder, 'shop/a'));
  assert.equal(await sink.newest('shop/a'), id(2));
});

test('A file whose name was refused is as it was verified: nobody has touched it', async (t) => {
  const { folder, sink } = await place(t);
  await sink.part(id(1)).write(Buffer.from('text'), 0);
  assert.ok(await sink.part(id(1)).isAsWritten());
  const publish = () => sink.publish(id(1), 'shop/a', look, publishedAs('text'));
  await mkdir(join(folder, 'shop/a'), { recursive: true });
  for (let count = 0; count < 3; count++) await assert.rejects(publish, { code: 'EISDIR' });
  await rm(join(folder, 'shop/a'), { recursive: true });
  await publish();
  assert.equal(await readFile(join(folder, 'shop/a'), 'utf8'), 'text');
});

test('Journals of others that cannot be listed are not taken for none', async (t) => {
  const { folder, sink } = await place(t);
  const members = join(folder, '.sluice', 'members');
  await rename(members, `${members}-away`);
  await writeFile(members, '');
  await assert.rejects(sink.shared!.claims('t'), { code: 'ENOTDIR' });
  await rm(members);
  await rename(`${members}-away`, members);
  assert.equal((await sink.shared!.claims('t')).size, 0);
  // Whose a folder is, likewise.
  const group = join(folder, '.sluice', 'group.json');
  await rm(group);
  await mkdir(group);
  await assert.rejects(openDiskSink(folder), /cannot write to the sink .*EISDIR/);
});
