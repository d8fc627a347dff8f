/** A file whose name changed its case alone, on a file system where both are one name: a second name of the file plays that, for not every machine has one. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { digestOf } from '../../records/checksum.ts';
import { OtherSpellingError } from '../other-spelling.ts';
import { DiskCalls } from './calls.ts';
import { DiskSink } from './disk-sink.ts';
import { makeOwnFolders } from './own-folder.ts';
import { placeOf } from './place.ts';

const look = { mtime: '1700000000123456000', mode: 0o644 };
const id = (number: number): string => String(number).padStart(32, '0');
const bytes = Buffer.from('what both have');
const digest = digestOf('sha256', bytes);
const published = (number: number) => ({ upload: id(number), size: bytes.length, digest });

async function caselessSink(t: TestContext): Promise<{ readonly sink: DiskSink; readonly folder: string }> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'shop'));
  await makeOwnFolders(join(folder, '.sluice'), join(folder, '.sluice/parts'));
  const spelling = { caseInsensitive: true, dropsDots: false };
  const of = { identify: placeOf, calls: new DiskCalls(true), keepsStamps: true };
  const none = { backup: undefined, group: undefined, attributes: undefined };
  const sink = new DiskSink(folder, folder, spelling, { ...of, ...none });
  t.after(() => sink.close());
  return { sink, folder };
}

test('What stands under another spelling is that file, and not this one, whatever its bytes and time', async (t) => {
  const { sink, folder } = await caselessSink(t);
  await sink.publishWhole(bytes, 'shop/A', look, published(1));
  await link(join(folder, 'shop/A'), join(folder, 'shop/a'));
  assert.equal(await sink.digestOfTarget('shop/a', 'sha256'), undefined);
  assert.equal(await sink.timeOfTarget('shop/a'), undefined);
  const publish = () => sink.publishWhole(bytes, 'shop/a', look, published(2));
  await assert.rejects(publish(), OtherSpellingError);
  await sink.checkpoint([]);
  await assert.rejects(publish(), OtherSpellingError);
  await sink.remove('shop/A', id(3));
  // At once, and not when it is written down that the other one went.
  assert.equal(await sink.digestOfTarget('shop/a', 'sha256'), digest);
  await publish();
});

test('A folder that is told of under another spelling too stays when the first one goes', async (t) => {
  const { sink, folder } = await caselessSink(t);
  await sink.folder!('shop/Box', { upload: id(1), mode: 0o755, mtime: look.mtime });
  await sink.folder!('shop/box', { upload: id(2), mode: 0o755, mtime: look.mtime });
  await sink.remove('shop/Box', id(3));
  assert.ok(existsSync(join(folder, 'shop/Box')));
  await sink.remove('shop/box', id(4));
  assert.ok(!existsSync(join(folder, 'shop/box')));
});

test('A folder waits for a file of another spelling to go', async (t) => {
  const { sink, folder } = await caselessSink(t);
  await sink.publishWhole(bytes, 'shop/A', look, published(1));
  await writeFile(join(folder, 'shop/a'), 'it is the same, here');
  const place = () => sink.folder!('shop/a', { upload: id(2), mode: 0o755, mtime: look.mtime });
  await assert.rejects(place(), OtherSpellingError);
});
