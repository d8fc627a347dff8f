import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { Crc64Nvme } from './crc64nvme.ts';

function crc(...pieces: readonly Uint8Array[]): string {
  const hasher = new Crc64Nvme();
  for (const piece of pieces) hasher.update(piece);
  return hasher.digest();
}

/** The definition, one bit after the other. */
function bitwise(bytes: Uint8Array): string {
  const all = 0xffff_ffff_ffff_ffffn;
  let remainder = all;
  for (const byte of bytes) {
    remainder ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1n ? (remainder >> 1n) ^ 0x9a6c_9329_ac4b_c9b5n : remainder >> 1n;
    }
  }
  return `crc64nvme:${(remainder ^ all).toString(16).padStart(16, '0')}`;
}

test('The published check value', () => {
  assert.equal(crc(Buffer.from('123456789')), 'crc64nvme:ae8b14860a799888');
});

test('The vectors of the NVM Command Set Specification, for 4 KiB of data', () => {
  const rising = Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 256));
  const table: readonly (readonly [bytes: Buffer, digest: string])[] = [
    [Buffer.alloc(4096, 0), 'crc64nvme:6482d367eb22b64e'],
    [Buffer.alloc(4096, 0xff), 'crc64nvme:c0ddba7302eca3ac'],
    [rising, 'crc64nvme:3e729f5f6750449c'],
    [Buffer.from(rising).reverse(), 'crc64nvme:9a2df64b8e9e517e'],
  ];
  for (const [bytes, digest] of table) assert.equal(crc(bytes), digest);
});

test('Of nothing', () => {
  assert.equal(crc(), 'crc64nvme:0000000000000000');
  assert.equal(crc(new Uint8Array(0)), 'crc64nvme:0000000000000000');
});

test('It is what the definition says, for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => assert.equal(crc(bytes), bitwise(bytes))),
  );
});

test('How the bytes are cut does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
      assert.equal(crc(...pieces), crc(Buffer.concat(pieces)));
    }),
  );
});

test('Views that do not begin at a multiple of eight', () => {
  const memory = Buffer.from('0123456789abcdef0123456789abcdef');
  for (let start = 0; start < 9; start++) {
    const view = memory.subarray(start, start + 17);
    assert.equal(crc(view), bitwise(Uint8Array.from(view)));
  }
});
