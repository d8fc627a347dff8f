/** Who may read and write what a downloader makes, whatever the umask: SECURITY.md, "Who uses the same machine". */
import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../src/records/checksum.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { temporaryFolder } from '../support/folder.ts';

process.umask(0);

const modeOf = async (...path: string[]): Promise<number> => (await lstat(join(...path))).mode & 0o7777;
const bytes = Buffer.from('x');
const published = (upload: string) => ({ upload, size: 1, digest: digestOf('md5', bytes) });
const mtime = '1700000000000000000';

test('A sink’s own folder is its owner’s alone, one of an earlier release too, and so is an open upload', async (t) => {
  const folder = await temporaryFolder(t);
  for (const earlier of [undefined, 0o777]) {
    if (earlier !== undefined) {
      await chmod(join(folder, '.sluice'), earlier);
      await chmod(join(folder, '.sluice/parts'), earlier);
    }
    const sink = await openDiskSink(folder);
    assert.equal(await modeOf(folder, '.sluice'), 0o700);
    assert.equal(await modeOf(folder, '.sluice/parts'), 0o700);
    const upload = (earlier === undefined ? '1' : '2').repeat(32);
    await sink.part(upload).write(bytes, 0);
    const [part] = await readdir(join(folder, '.sluice/parts'));
    assert.equal(await modeOf(folder, '.sluice/parts', part!), 0o600);
    await sink.publish(upload, `shop/${earlier}`, { mtime, mode: 0o640 }, published(upload));
    assert.equal(await modeOf(folder, `shop/${earlier}`), 0o640);
    await sink.close();
  }
});

test('No record makes a file that runs as somebody else', async (t) => {
  const folder = await temporaryFolder(t);
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  const upload = '3'.repeat(32);
  await sink.part(upload).write(bytes, 0);
  await sink.publish(upload, 'shop/large', { mtime, mode: 0o6755 }, published(upload));
  await sink.publishWhole(bytes, 'shop/small', { mtime, mode: 0o7711 }, published('4'.repeat(32)));
  assert.deepEqual([await modeOf(folder, 'shop/large'), await modeOf(folder, 'shop/small')], [0o755, 0o711]);
});

test('A link in the place of the sink’s own folder is refused, and nothing is written behind it', async (t) => {
  const elsewhere = await temporaryFolder(t);
  for (const linked of ['.sluice', '.sluice/parts']) {
    const folder = await temporaryFolder(t);
    if (linked !== '.sluice') await mkdir(join(folder, '.sluice'));
    await symlink(elsewhere, join(folder, linked));
    const refused = { name: 'ConfigurationError', message: /is a symbolic link: remove it/ };
    await assert.rejects(openDiskSink(folder), refused);
    assert.deepEqual(await readdir(elsewhere), []);
  }
});

test('A link in the place of an open upload’s temporary file is not written through, nor read', async (t) => {
  const folder = await temporaryFolder(t);
  const outside = join(await temporaryFolder(t), 'diary');
  await writeFile(outside, 'a secret');
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  const upload = '5'.repeat(32);
  // How it is called: as one that is made.
  await sink.part(upload).write(bytes, 0);
  const [name] = await readdir(join(folder, '.sluice/parts'));
  await sink.clear(upload);
  await symlink(outside, join(folder, '.sluice/parts', name!));
  await assert.rejects(sink.part(upload).write(bytes, 0), { code: 'ELOOP' });
  await assert.rejects(sink.part(upload).read(Buffer.alloc(8), 0), { code: 'ELOOP' });
  assert.equal(await readFile(outside, 'utf8'), 'a secret');
});
