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
