import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../../test/support/properties.ts';
import { notReceived, parseRtcp, pictureLoss, receiverReport } from './rtcp.ts';

test('a report and a goodbye are read from a compound packet, others are passed over', () => {
  const report = '80c80006' + '0000beef' + '0000000a80000000' + '00015f90' + '0000000100000002';
  const description = '81ca0002' + '0000beef' + '00000000';
  const goodbye = '81cb0001' + '0000beef';
  assert.deepEqual(parseRtcp(Buffer.from(report + description + goodbye, 'hex')), [
    { type: 'report', ssrc: 0xbeef, time: 10_500, shortTime: 0x000a8000, timestamp: 90_000 },
    { type: 'goodbye', ssrc: 0xbeef },
  ]);
  assert.deepEqual(parseRtcp(Buffer.from(report.slice(0, 40), 'hex')), []);
});

test('whatever comes, nothing is thrown and it ends', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseRtcp(Buffer.from(bytes))));
});

test('wishes have the bytes of RFC 4585', () => {
  assert.equal(pictureLoss(0xbeef).toString('hex'), '81ce0002000000010000beef');
  // 10, 11 and 26 in one group, 27 in the next.
  assert.equal(
    notReceived(0xbeef, [10, 11, 26, 27]).toString('hex'),
    '81cd0004' + '00000001' + '0000beef' + '000a8001' + '001b0000',
  );
  assert.equal(
    notReceived(1, [65_535 + 65_536, 65_536 * 2])
      .subarray(12)
      .toString('hex'),
    'ffff0001',
  );
});

test('a report of a receiver has the bytes of RFC 3550', () => {
  const bytes = receiverReport([
    {
      ssrc: 0xbeef,
      lostFraction: 300,
      lost: -3,
      highest: 65_536 + 7,
      jitter: 12.4,
      report: { shortTime: 0x1234, age: 500 },
    },
  ]);
  assert.equal(
    bytes.toString('hex'),
    '81c90007' + '00000001' + '0000beef' + 'ff000000' + '00010007' + '0000000c' + '00001234' + '00008000',
  );
});

test('what is cut off, has another version or nobody in it is passed over', () => {
  const goodbye = '81cb0001' + '0000beef';
  const read = (hex: string) => parseRtcp(Buffer.from(hex, 'hex')).map(({ type, ssrc }) => [type, ssrc]);
  assert.deepEqual(read(goodbye), [['goodbye', 0xbeef]]);
  assert.deepEqual(read(`80cb0000${goodbye}`), [['goodbye', 0xbeef]]);
  assert.deepEqual(read('80cb0001' + '0000beef'), []);
  assert.deepEqual(read('81cb0000'), []);
  assert.deepEqual(read('81cb0002' + '0000beef'), []);
  assert.deepEqual(read(`${goodbye}41cb00010000dead`), [['goodbye', 0xbeef]]);
  // A report that is too short to be one.
  assert.deepEqual(read(`80c80005${'0000beef'.repeat(5)}${goodbye}`), [['goodbye', 0xbeef]]);
  assert.deepEqual(read(`80c80006${'0000beef'.repeat(6)}`), [['report', 0xbeef]]);
  assert.deepEqual(read(`80c90006${'0000beef'.repeat(6)}`), []);
  assert.deepEqual(read('ffffff'), []);
});

test('packets that are asked for again are up to seventeen in one group', () => {
  const groups = (...sequences: readonly number[]) =>
    notReceived(1, sequences).subarray(12).toString('hex').match(/.{8}/g);
  assert.deepEqual(groups(5), ['00050000']);
  assert.deepEqual(groups(5, 21), ['00058000']);
  assert.deepEqual(groups(5, 22), ['00050000', '00160000']);
  assert.deepEqual(groups(...Array.from({ length: 18 }, (_, index) => 5 + index)), ['0005ffff', '00160000']);
  assert.deepEqual(groups(5, 5), ['00050000', '00050000']);
});

test('a report of a receiver has a place for each source, and numbers that fit', () => {
  const bytes = receiverReport([
    { ssrc: 1, lostFraction: 255, lost: 0x800000, highest: 2 ** 32 + 5, jitter: 2 ** 32 + 0.6 },
    {
      ssrc: 2,
      lostFraction: 0,
      lost: 0x7ffffe,
      highest: 0,
      jitter: 0.5,
      report: { shortTime: 3, age: 2 ** 26 },
    },
  ]);
  assert.equal(
    bytes.toString('hex'),
    '82c9000d' +
      '00000001' +
      ('00000001' + 'ff7fffff' + '00000005' + '00000001' + '00000000' + '00000000') +
      ('00000002' + '007ffffe' + '00000000' + '00000001' + '00000003' + '0624dd2f'),
  );
  assert.equal(receiverReport([]).toString('hex'), '80c90001' + '00000001');
});

test('numbers of a report have all of their 32 bits', () => {
  const bytes = receiverReport([
    {
      ...{ ssrc: 0xffffffff, lostFraction: 0, lost: 0, highest: 2 ** 31 + 5, jitter: 2 ** 31 + 6 },
      report: { shortTime: 0xfffffffe, age: 2 ** 15 * 1000 },
    },
  ]);
  assert.equal(
    bytes.toString('hex', 8),
    'ffffffff' + '00000000' + '80000005' + '80000006' + 'fffffffe' + '80000000',
  );
});
