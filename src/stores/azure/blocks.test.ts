import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockId, lengthBeside } from './block-ids.ts';
import { azureCrc64 } from './crc64.ts';
import { partSizeFor } from './part-size.ts';

const mebibyte = 1024 * 1024;

test('Ids of blocks are of one length, and tell uploads and numbers apart', () => {
  const uploads = ['0'.repeat(32), 'f'.repeat(32), `${'0'.repeat(31)}1`];
  const ids = uploads.flatMap((upload) => [1, 2, 255, 256, 50_000].map((number) => blockId(upload, number)));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(new Set(ids.map(({ length }) => length)).size, 1);
  for (const id of ids) assert.ok(Buffer.from(id, 'base64').length <= 64);
});

test('Beside blocks of others, ids are as long as theirs', () => {
  for (const length of [8, 16, 48, 64]) {
    const theirs = Buffer.alloc(length, 1).toString('base64');
    assert.equal(lengthBeside([theirs]), length);
    assert.equal(blockId('a1'.repeat(16), 3, length).length, theirs.length);
    assert.notEqual(blockId('a1'.repeat(16), 3, length), blockId('b1'.repeat(16), 3, length));
  }
  assert.equal(lengthBeside([]), undefined);
  assert.equal(lengthBeside([blockId('a1'.repeat(16), 1)]), undefined);
  assert.equal(lengthBeside([Buffer.from('short').toString('base64')]), undefined);
});

test('Files of all sizes fit into blocks, some five times over', () => {
  assert.equal(partSizeFor(0), 5 * mebibyte);
  assert.equal(partSizeFor(100_000 * mebibyte), 5 * mebibyte);
  assert.equal(partSizeFor(100_000 * mebibyte + 1), 6 * mebibyte);
  const largest = 50_000 * 4000 * mebibyte;
  for (const size of [1, 5 * mebibyte + 1, 10 ** 12, largest / 3]) {
    assert.ok(Math.ceil(size / partSizeFor(size)) <= 20_000, String(size));
    assert.ok(partSizeFor(size) <= 4000 * mebibyte);
  }
});

test('The checksum of Azure, of the usual check value', () => {
  // CRC-64/NVME of `123456789` is ae8b14860a799888; Azure writes the last byte first.
  assert.equal(azureCrc64(Buffer.from('123456789')).toString('hex'), '8898790a86148bae');
});
