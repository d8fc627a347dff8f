import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../../test/support/properties.ts';
import { isRtcp, parseRtp } from './packet.ts';

const head = '80e6000a00000102deadbeef';

test('heads, extensions of both kinds, sources and padding are left out of the payload', () => {
  const cases = [
    ['plain', `${head}0102`, '0102', undefined],
    ['with a contributing source', `81${head.slice(2)}11111111aabb`, 'aabb', undefined],
    // Two extensions in heads of one byte: 1 has one byte, 4 has the number.
    ['with short heads', `90${head.slice(2)}bede00021077411234000000ff`, 'ff', 0x1234],
    ['with long heads', `90${head.slice(2)}100000020201770402123400ff`, 'ff', 0x1234],
    ['with another profile', `90${head.slice(2)}abcd000111223344ff`, 'ff', undefined],
    ['padded', `a0${head.slice(2)}01020003`, '01', undefined],
    ['padding alone', `a0${head.slice(2)}00000004`, '', undefined],
  ] as const;
  for (const [name, bytes, payload, number] of cases) {
    const packet = parseRtp(Buffer.from(bytes, 'hex'), 4);
    assert.equal(packet?.payload.toString('hex'), payload, name);
    assert.equal(packet?.transportSequence, number, name);
    assert.deepEqual([packet?.marker, packet?.payloadType, packet?.sequence], [true, 102, 10], name);
    assert.deepEqual([packet?.timestamp, packet?.ssrc], [0x102, 0xdeadbeef], name);
  }
});

test('what is cut off is no packet', () => {
  for (const bytes of [
    '',
    '80',
    head.slice(0, 22),
    `9${head.slice(1)}`,
    `90${head.slice(2)}bede0004`,
    `a0${head.slice(2)}09`,
  ])
    assert.equal(parseRtp(Buffer.from(bytes, 'hex'), 4), undefined, bytes);
  assert.equal(parseRtp(Buffer.from(`40${head.slice(2)}00`, 'hex')), undefined);
});

test('whatever comes, nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 255 }), (bytes, id) => {
      parseRtp(Buffer.from(bytes), id);
      parseRtp(Buffer.concat([Buffer.from([0x90, 0x66]), Buffer.from(bytes)]), id);
    }),
  );
});

test('RTCP is told by its second byte', () => {
  assert.deepEqual(
    [191, 192, 200, 223, 224, 102].map((type) => isRtcp(Buffer.from([0x80, type]))),
    [false, true, true, true, false, false],
  );
});
