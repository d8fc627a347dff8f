/** What of H.264 is taken and what is not, packet by packet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { H264Depacketiser } from './h264.ts';
import type { RtpPacket } from './packet.ts';

const sequenceSet = Buffer.from('6742c016d900a02ff970110000030001000003000a0f162e48', 'hex');
const pictureSet = Buffer.from('68cb83cb20', 'hex');
const sets = [sequenceSet, pictureSet];

function packet(hex: string | Buffer, timestamp: number, marker = true): RtpPacket {
  const payload = typeof hex === 'string' ? Buffer.from(hex.replaceAll(' ', ''), 'hex') : hex;
  return { marker, payloadType: 96, sequence: 0, timestamp, ssrc: 1, payload };
}

/** What comes of one picture, in hexadecimal. */
function one(depacketiser: H264Depacketiser, ...payloads: readonly (string | Buffer)[]): string | undefined {
  const frames = payloads.map((payload, index) =>
    depacketiser.push(packet(payload, 5, index === payloads.length - 1)),
  );
  return frames.at(-1)?.bytes.toString('hex');
}

test('each kind of unit: slices are pictures, delimiters and filler are left out, the rest goes along', () => {
  for (const [payload, bytes] of [
    ['61aa', '0000000261aa'],
    ['62aa', '0000000262aa'],
    ['64aa', '0000000264aa'],
    // Alone it is no picture: a message, a delimiter, filler, a unit that is none.
    ['66aa', undefined],
    ['69aa', undefined],
    ['6caa', undefined],
    ['60aa', undefined],
    ['7faa', undefined],
    ['79aa', undefined],
    ['78 0002 61aa', '0000000261aa'],
    ['78 0002 69aa 0002 61aa 0001 66 0003 6cbbbb', '0000000261aa' + '0000000166'],
    ['78', undefined],
    ['78 0002 61aa 00', '0000000261aa'],
    ['78 0002 61aa 0002 66', undefined],
    ['78 0002 61aa 0000', undefined],
    ['7c 81', undefined],
    ['7c c1 aabb', '0000000361aabb'],
    ['7c 81 aabb', undefined],
    ['7c 41 aabb', undefined],
  ] as const)
    assert.equal(one(new H264Depacketiser(), payload), bytes, payload);
});

test('the head of a unit in pieces is spread over both of their bytes', () => {
  assert.equal(one(new H264Depacketiser(), '1c 81 aa', '1c 01 bb', '1c 41 cc'), '0000000401aabbcc');
  assert.equal(one(new H264Depacketiser(), '5c c1 aa', '7c c4 bb'), '0000000241aa' + '0000000264bb');
});

test('what damages a picture damages no other, but for what was lost before it', () => {
  const depacketiser = new H264Depacketiser();
  assert.equal(one(depacketiser, '60aa', '61aa'), undefined);
  assert.equal(one(depacketiser, '61aa'), '0000000261aa');
  // The end of a unit whose begin is missing.
  assert.equal(one(depacketiser, '7c 41 aa', '61aa'), undefined);
  assert.equal(one(depacketiser, '61bb'), '0000000261bb');
  // A piece of nothing.
  assert.equal(one(depacketiser, '7c 81', '7c 41 aa'), undefined);
  assert.equal(one(depacketiser, '7c 81 aa', '7c 41'), undefined);
  // A unit that does not end.
  assert.equal(one(depacketiser, '61aa', '7c 81 aa'), undefined);
  assert.equal(one(depacketiser, '7c 41 aa'), undefined);
  assert.equal(one(depacketiser, '61cc'), '0000000261cc');
  depacketiser.lost();
  assert.equal(one(depacketiser, '61dd'), undefined);
  assert.equal(one(depacketiser, '61ee'), '0000000261ee');
});

test('a packet of nothing says nothing, not even that a picture ends', () => {
  const depacketiser = new H264Depacketiser();
  depacketiser.push(packet('61aa', 1, false));
  assert.equal(depacketiser.push(packet('', 2)), undefined);
  assert.equal(depacketiser.push(packet('61bb', 1))?.bytes.toString('hex'), '0000000261aa' + '0000000261bb');
});

test('a picture whose end is missing is nothing of the next one', () => {
  const depacketiser = new H264Depacketiser();
  depacketiser.push(packet('61aa', 1, false));
  depacketiser.push(packet('7c81aa', 1, false));
  const frame = depacketiser.push(packet('61bb', 2));
  assert.deepEqual([frame?.timestamp, frame?.bytes.toString('hex')], [2, '0000000261bb']);
  depacketiser.push(packet('7c81aa', 3, false));
  assert.equal(depacketiser.push(packet('7c41aa', 4)), undefined);
});

test('before a keyframe stand the newest sets, once, and its other units', () => {
  const depacketiser = new H264Depacketiser(sets);
  const newer = Buffer.from('68cb83cb21', 'hex');
  const several = Buffer.concat([
    Buffer.from('78', 'hex'),
    ...[sequenceSet, newer, Buffer.from('66aa', 'hex'), Buffer.from('65bb', 'hex')].flatMap((unit) => [
      Buffer.from([0, unit.length]),
      unit,
    ]),
  ]);
  const frame = depacketiser.push(packet(several, 9))!;
  const lengthened = (unit: Buffer) =>
    `000000${unit.length.toString(16).padStart(2, '0')}${unit.toString('hex')}`;
  assert.equal(
    frame.bytes.toString('hex'),
    `${lengthened(sequenceSet) + lengthened(newer)}0000000266aa0000000265bb`,
  );
  assert.equal(
    frame.picture?.configuration?.toString('hex'),
    `0142c016ffe10019${sequenceSet.toString('hex')}010005${newer.toString('hex')}`,
  );
  // Among other pictures they stay where they are.
  assert.equal(one(depacketiser, newer, '61aa'), `${lengthened(newer)}0000000261aa`);
});

test('an encoder may have several sets for pictures, each with its number: all of them stand before a keyframe', () => {
  // Numbers 0, 1 and 0 again; then of another sequence.
  const [zero, second, newer] = ['68cb83cb20', '6858', '68cb83cb21'].map((hex) => Buffer.from(hex, 'hex'));
  const unitsOf = (frame: { readonly bytes: Buffer } | undefined): string[] => {
    const found: string[] = [];
    for (let at = 0; at < (frame?.bytes.length ?? 0); ) {
      const length = frame!.bytes.readUInt32BE(at);
      found.push(frame!.bytes.toString('hex', at + 4, at + 4 + length));
      at += 4 + length;
    }
    return found;
  };
  const depacketiser = new H264Depacketiser([sequenceSet, zero!, second!]);
  const first = depacketiser.push(packet('65aa', 1));
  const sequence = sequenceSet.toString('hex');
  assert.deepEqual(unitsOf(first), [sequence, '68cb83cb20', '6858', '65aa']);
  assert.equal(
    first?.picture?.configuration?.toString('hex'),
    `0142c016ffe10019${sequence}02000568cb83cb2000026858`,
  );
  for (const set of [newer!, sequenceSet]) depacketiser.push(packet(set, 2, false));
  assert.deepEqual(unitsOf(depacketiser.push(packet('65bb', 2))), [sequence, '68cb83cb21', '6858', '65bb']);
  // Those of another sequence are of no use to this one.
  const other = Buffer.from(sequenceSet);
  other[3] = 0x1e;
  for (const set of [other, second!]) depacketiser.push(packet(set, 3, false));
  assert.deepEqual(unitsOf(depacketiser.push(packet('65cc', 3))), [other.toString('hex'), '6858', '65cc']);
});

test('of sets for pictures there are no more than can be numbered in what is kept, and what has no number is none', () => {
  const depacketiser = new H264Depacketiser(sets);
  // 31 in Exp-Golomb is 00000100000, and so on: eleven bits.
  for (let number = 31; number < 63; number += 1) {
    const bits = `${(number + 1).toString(2).padStart(11, '0')}10000`;
    const unit = Buffer.concat([
      Buffer.from([0x68]),
      Buffer.from([bits.slice(0, 8), bits.slice(8)].map((one) => Number.parseInt(one, 2))),
    ]);
    depacketiser.push(packet(unit, 1, false));
  }
  depacketiser.push(packet('68', 1, false));
  depacketiser.push(packet('6800', 1, false));
  const frame = depacketiser.push(packet('65aa', 1));
  const at = 8 + sequenceSet.length;
  assert.equal(frame?.picture?.configuration?.[at], 16);
});

test('sets that are no sets make no keyframe', () => {
  for (const wrong of [
    [sequenceSet],
    [pictureSet],
    [Buffer.from('674200', 'hex'), pictureSet],
    [Buffer.from('67420016', 'hex'), pictureSet],
    [Buffer.alloc(0), pictureSet],
  ])
    assert.equal(one(new H264Depacketiser(wrong), '65aa'), undefined);
  // What is too short to be one does not take the place of a good one.
  assert.ok(one(new H264Depacketiser([...sets, Buffer.from('674200', 'hex')]), '65aa'));
});

test('a picture has eight megabytes at the most', () => {
  const of = (bytes: number) => {
    const half = Buffer.alloc(bytes / 2, 0x61);
    const depacketiser = new H264Depacketiser();
    depacketiser.push(packet(half, 1, false));
    return depacketiser.push(packet(half, 1))?.bytes.length;
  };
  const most = 8 * 1024 * 1024;
  assert.equal(of(most), most + 8);
  assert.equal(of(most + 2), undefined);
});

/** A sequence of so many blocks of sixteen pixels, of which so many pairs are cut off at the right. */
function sequenceOf(across: number, down: number, cut = 0): Buffer {
  const golomb = (value: number) => '0'.repeat((value + 1).toString(2).length - 1) + (value + 1).toString(2);
  const cropped = cut === 0 ? '0' : `1${[0, cut, 0, 0].map(golomb).join('')}`;
  const fields = [0, 0, 2, 0].map(golomb).join('');
  const bits = `${fields}0${golomb(across - 1)}${golomb(down - 1)}10${cropped}01`;
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  return Buffer.from([0x67, 0x42, 0xc0, 0x28, ...bytes.map((byte) => Number.parseInt(byte, 2))]);
}

test('a picture has between one and 8192 pixels each way', () => {
  for (const [sequence, width, height] of [
    [sequenceOf(1, 1), 16, 16],
    [sequenceOf(512, 512), 8192, 8192],
    [sequenceOf(513, 1), undefined, undefined],
    [sequenceOf(1, 513), undefined, undefined],
    [sequenceOf(513, 1, 8), 8192, 16],
    [sequenceOf(1, 1, 7), 2, 16],
    [sequenceOf(1, 1, 8), undefined, undefined],
    [sequenceOf(1, 1, 9), undefined, undefined],
  ] as const) {
    const picture = new H264Depacketiser([sequence, pictureSet]).push(packet('65aa', 1))?.picture;
    assert.deepEqual([picture?.width, picture?.height], [width, height]);
  }
});

test('pictures without an end do not add up', () => {
  const depacketiser = new H264Depacketiser();
  for (const timestamp of [1, 2])
    depacketiser.push(packet(Buffer.alloc(5 * 1024 * 1024, 0x61), timestamp, false));
  assert.equal(depacketiser.push(packet('61aa', 3))?.bytes.toString('hex'), '0000000261aa');
});

test('the record has a set of more than 255 bytes by its length', () => {
  const long = Buffer.concat([pictureSet, Buffer.alloc(0x0123 - pictureSet.length, 0x55)]);
  const { configuration } = new H264Depacketiser([sequenceSet, long]).push(packet('65aa', 1))?.picture ?? {};
  assert.equal(
    configuration?.toString('hex', 8 + sequenceSet.length, 8 + sequenceSet.length + 4),
    '01012368',
  );
});
