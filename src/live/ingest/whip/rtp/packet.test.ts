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

test('of header extensions the one that is asked for is found, wherever it stands, and none else', () => {
  const short = (hex: string) =>
    `90${head.slice(2)}bede${(hex.length / 8).toString(16).padStart(4, '0')}${hex}ff`;
  const long = (hex: string) =>
    `90${head.slice(2)}1000${(hex.length / 8).toString(16).padStart(4, '0')}${hex}ff`;
  for (const [name, bytes, number] of [
    ['the first', short('41aabb00'), 0xaabb],
    ['behind padding', short('000041aabb000000'), 0xaabb],
    ['behind another', short('1277777741aabb00'), 0xaabb],
    ['at the very end', short('00000000' + '0041aabb'), 0xaabb],
    ['of three bytes', short('42aabbcc'), 0xaabb],
    ['of one byte', short('40aa0000'), undefined],
    ['cut off', short('0000004f'), undefined],
    ['cut off by one', short('000041aa'), undefined],
    ['cut off behind its number', short('4faabbcc'), undefined],
    // 15 ends what can be read (RFC 8285, 4.2).
    ['behind the end', short('f041aabb'), undefined],
    ['behind the end, further on', short('f00041aabb000000'), undefined],
    ['of another id', short('51aabb00'), undefined],
    ['long', long('0402aabb'), 0xaabb],
    ['long, behind an empty one and padding', long('0900000402aabb00'), 0xaabb],
    ['long and empty', long('04000000'), undefined],
    ['long and cut off', long('00000004'), undefined],
    ['long, of an id that would end short ones', long('0f00000402aabb00'), 0xaabb],
  ] as const)
    assert.equal(parseRtp(Buffer.from(bytes, 'hex'), 4)?.transportSequence, number, name);
  const largest = `90${head.slice(2)}100f0001${'0402aabb'}ff`;
  assert.equal(parseRtp(Buffer.from(largest, 'hex'), 4)?.transportSequence, 0xaabb);
  const other = `90${head.slice(2)}10100001${'0402aabb'}ff`;
  assert.equal(parseRtp(Buffer.from(other, 'hex'), 4)?.transportSequence, undefined);
  assert.equal('transportSequence' in parseRtp(Buffer.from(short('41aabb00'), 'hex'))!, false);
});

test('a packet may end with its head, its sources or its extensions', () => {
  for (const [name, bytes] of [
    ['head', head],
    ['sources', `82${head.slice(2)}1111111122222222`],
    ['extensions', `90${head.slice(2)}bede0000`],
    ['both', `91${head.slice(2)}11111111bede000100000000`],
  ] as const)
    assert.equal(parseRtp(Buffer.from(bytes, 'hex'))?.payload.length, 0, name);
  for (const bytes of [
    `81${head.slice(2)}111111`,
    `90${head.slice(2)}bede00`,
    `90${head.slice(2)}bede0001000000`,
  ])
    assert.equal(parseRtp(Buffer.from(bytes, 'hex')), undefined, bytes);
  const { marker, payloadType } = parseRtp(Buffer.from(`8066${head.slice(4)}`, 'hex'))!;
  assert.deepEqual([marker, payloadType], [false, 102]);
  const odd = parseRtp(Buffer.from(`806f${head.slice(4)}`, 'hex'))!;
  assert.deepEqual([odd.marker, odd.payloadType], [false, 111]);
});
