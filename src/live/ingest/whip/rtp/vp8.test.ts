import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countKept } from '../../../../../test/support/kept.ts';
import fc from '../../../../../test/support/properties.ts';
import type { RtpPacket } from './packet.ts';
import { Vp8Depacketiser } from './vp8.ts';

/** The head of a keyframe of 640x360, and some bytes. */
const keyframe = Buffer.from('5002009d012a80026801aabbcc', 'hex');
const other = Buffer.from('5102000102', 'hex');

function packet(descriptor: string, bytes: Buffer, timestamp: number, marker: boolean): RtpPacket {
  const payload = Buffer.concat([Buffer.from(descriptor, 'hex'), bytes]);
  return { payload, timestamp, marker, payloadType: 96, sequence: 0, ssrc: 1 };
}

test('frames are joined from packets with descriptors of every length', () => {
  for (const [first, rest] of [
    ['10', '00'],
    ['908011', '808011'],
    ['90808011', '80808011'],
    ['9080ff11', '8080ff11'],
    ['90f08011aabb', '80f08011aabb'],
    ['9070aabb', '8070aabb'],
  ] as const) {
    const vp8 = new Vp8Depacketiser();
    assert.equal(vp8.push(packet(first, keyframe.subarray(0, 11), 1, false)), undefined);
    const frame = vp8.push(packet(rest, keyframe.subarray(11), 1, true));
    assert.deepEqual(frame?.bytes, keyframe, first);
    assert.deepEqual([frame?.isKeyframe, frame?.picture], [true, { width: 640, height: 360 }]);
    const next = vp8.push(packet(first, other, 2, true));
    assert.deepEqual([next?.isKeyframe, next?.bytes], [false, other]);
  }
});

test('a frame without its begin, or with a hole, is given up', () => {
  const vp8 = new Vp8Depacketiser();
  assert.equal(vp8.push(packet('00', other, 1, true)), undefined);
  vp8.push(packet('10', other, 2, false));
  vp8.lost();
  assert.equal(vp8.push(packet('00', other, 2, true)), undefined);
  assert.ok(vp8.push(packet('10', other, 3, true)));
});

test('whatever comes, nothing is thrown', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 }), (all) => {
      const vp8 = new Vp8Depacketiser();
      for (const [index, bytes] of all.entries())
        vp8.push(packet('', Buffer.from(bytes), index >> 1, index % 2 === 1));
    }),
  );
});

test('a picture that never ends is not kept, and the next one comes', async () => {
  const vp8 = new Vp8Depacketiser();
  const kept = Array.from({ length: 1000 }, () => {
    const piece = packet('10', Buffer.alloc(64 * 1024), 1, false);
    vp8.push(piece);
    return new WeakRef(piece.payload.buffer);
  });
  assert.equal(await countKept(kept), 0);
  assert.equal(vp8.push(packet('10', keyframe, 2, true)), undefined);
  assert.deepEqual(vp8.push(packet('10', keyframe, 3, true))?.bytes, keyframe);
});

test('of each descriptor the frame begins where it ends, and one that is cut off is none', () => {
  for (const [descriptor, isWhole] of [
    ['10', true],
    ['9000', true],
    // Numbers of pictures of one byte and of two, of layers, of layers with or without keys.
    ['908001', true],
    ['90808001', true],
    ['904001', true],
    ['902001', true],
    ['901001', true],
    ['90c0017f', true],
    ['90b0017f', true],
    // The first packet of a frame begins its first partition.
    ['00', false],
    ['11', false],
    ['14', false],
    // What else stands in that byte does not matter.
    ['78', true],
  ] as const) {
    const frame = new Vp8Depacketiser().push(packet(descriptor, other, 1, true));
    assert.deepEqual(frame?.bytes, isWhole ? other : undefined, descriptor);
  }
  for (const descriptor of ['90', '9080', '908080', '9040', '9020', '90f08001aa', '10'])
    assert.equal(
      new Vp8Depacketiser().push(packet(descriptor, Buffer.alloc(0), 1, true)),
      undefined,
      descriptor,
    );
});

test('what goes on may be of any partition', () => {
  for (const rest of ['01', '07', '02']) {
    const vp8 = new Vp8Depacketiser();
    vp8.push(packet('10', other.subarray(0, 2), 1, false));
    assert.deepEqual(vp8.push(packet(rest, other.subarray(2), 1, true))?.bytes, other, rest);
  }
});

test('a keyframe says its size in its head, in fourteen bits each', () => {
  const of = (hex: string) => new Vp8Depacketiser().push(packet('10', Buffer.from(hex, 'hex'), 7, true));
  assert.deepEqual(of('5002009d012a4141fffe'), {
    ...{ timestamp: 7, isKeyframe: true, bytes: Buffer.from('5002009d012a4141fffe', 'hex') },
    picture: { width: 0x141, height: 0x3eff },
  });
  for (const hex of [
    '5002009d012a414141',
    '5002009d012b41414141',
    '5002009d012a00404141',
    '5002009d012a41410080',
  ])
    assert.equal(of(hex), undefined, hex);
  assert.deepEqual(of('51'), { timestamp: 7, isKeyframe: false, bytes: Buffer.from('51', 'hex') });
});

test('what is damaged is given up with its picture, and nothing else', () => {
  const vp8 = new Vp8Depacketiser();
  vp8.push(packet('10', other, 1, false));
  assert.equal(vp8.push(packet('90', Buffer.alloc(0), 1, true)), undefined);
  assert.ok(vp8.push(packet('10', other, 2, true)));
  // Without an end: nothing of it comes to the next one.
  vp8.push(packet('10', other, 3, false));
  assert.deepEqual(vp8.push(packet('10', other, 4, true))?.bytes, other);
  assert.equal(vp8.push({ ...packet('', Buffer.alloc(0), 5, true) }), undefined);
  assert.ok(vp8.push(packet('10', other, 5, true)));
});

test('a frame has eight megabytes at the most', () => {
  const of = (bytes: number) => {
    const vp8 = new Vp8Depacketiser();
    vp8.push(packet('10', Buffer.alloc(bytes / 2 - 1, 1), 1, false));
    return vp8.push(packet('00', Buffer.alloc(bytes / 2 - 1, 1), 1, true))?.bytes.length;
  };
  assert.equal(of(8 * 1024 * 1024), 8 * 1024 * 1024 - 2);
  assert.equal(of(8 * 1024 * 1024 + 2), undefined);
});

test('padding between packets damages nothing, and frames without an end do not add up', () => {
  const vp8 = new Vp8Depacketiser();
  assert.equal(vp8.push(packet('', Buffer.alloc(0), 1, false)), undefined);
  assert.deepEqual(vp8.push(packet('10', other, 1, true))?.bytes, other);
  for (const timestamp of [2, 3]) vp8.push(packet('10', Buffer.alloc(5 * 1024 * 1024, 1), timestamp, false));
  assert.deepEqual(vp8.push(packet('10', other, 4, true))?.bytes, other);
});
