import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { RefusingCalls } from '../../../test/support/refusing-calls.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Sink } from '../contract.ts';
import { openDiskSink } from './sink.ts';

const look = { mtime: '1700000000123456000', mode: 0o644 };
/** Whoever writes records may give many names one id. */
const same = String(9).padStart(32, '0');

function put(sink: Sink, name: string, number: number, text: string) {
  const bytes = Buffer.from(text);
  const upload = String(number).padStart(32, '0');
  const published = { upload, size: bytes.length, digest: digestOf('md5', bytes) };
  return sink.publishWhole(bytes, name, look, published, 'anything');
}

test('Links of one id, made at once, are each where they are to be', async (t) => {
  const folder = await temporaryFolder(t);
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  const names = Array.from({ length: 40 }, (_, index) =>
    index % 2 === 0 ? `shop/${index}` : `shop/a/b/${index}`,
  );
  const to = (name: string): string =>
    name.startsWith('shop/a/') ? `../../${name.length}` : `x${name.length}`;
  await Promise.all(names.map((name) => sink.link!(name, { upload: same, to: to(name), mtime: look.mtime })));
  for (const name of names) assert.equal(await readlink(join(folder, name)), to(name));
});

test('Names of one id that go at once: each goes, and none gets the bytes of another', async (t) => {
  const folder = await temporaryFolder(t);
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  const names = Array.from({ length: 40 }, (_, index) => `shop/${index}`);
  for (const [index, name] of names.entries()) await put(sink, name, index, name.repeat(index + 1));
  const removed = await Promise.all(names.map((name) => sink.remove!(name, same)));
  assert.deepEqual(new Set(removed.map(({ result }) => result)), new Set(['removed']));
  for (const name of names) assert.ok(!existsSync(join(folder, name)));
});

test('What somebody puts there at the last moment gets its name back, where files have no second names too', async (t) => {
  for (const refusal of [undefined, 'EPERM']) {
    const folder = await temporaryFolder(t);
    const calls = new RefusingCalls((call, [from, to]) => {
      if (call === 'rename' && String(to).includes('removed-')) {
        rmSync(String(from));
        writeFileSync(String(from), 'theirs, and longer');
      }
      return call === 'link' ? refusal : undefined;
    });
    const sink = await openDiskSink(folder, { calls });
    await put(sink, 'shop/a', 1, 'ours');
    assert.deepEqual(await sink.remove!('shop/a', same), { result: 'other' });
    await sink.close();
    assert.equal(await readFile(join(folder, 'shop/a'), 'utf8'), 'theirs, and longer');
    assert.deepEqual(await readdir(join(folder, 'shop')), ['a']);
  }
});

test('What cannot be moved into the backup folder stays, and leaves nothing there', async (t) => {
  for (const [ofLink, ofRename] of [
    ['EXDEV', undefined],
    ['EPERM', 'EIO'],
  ]) {
    const folder = await temporaryFolder(t);
    const calls = new RefusingCalls((call, [from, to]) => {
      if (!String(to).includes('kept') || String(from).includes('.sluice')) return undefined;
      return call === 'link' ? ofLink : call === 'rename' ? ofRename : undefined;
    });
    const sink = await openDiskSink(folder, { calls, backup: 'kept' });
    t.after(() => sink.close());
    await put(sink, 'shop/a', 1, 'ours');
    await assert.rejects(sink.remove!('shop/a', same), { code: ofRename ?? ofLink });
    assert.equal(await readFile(join(folder, 'shop/a'), 'utf8'), 'ours');
    assert.deepEqual(await readdir(join(folder, 'kept/shop')), []);
  }
});
