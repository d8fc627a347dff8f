import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countKept } from '../../../../../test/support/kept.ts';
import fc from '../../../../../test/support/properties.ts';
import type { Frame } from './frame.ts';
import { H264Depacketiser } from './h264.ts';
import type { RtpPacket } from './packet.ts';

/** 640x360 of the baseline profile, as x264 writes it. */
const sequenceSet = Buffer.from('6742c016d900a02ff970110000030001000003000a0f162e48', 'hex');
const pictureSet = Buffer.from('68cb83cb20', 'hex');
const unit = (kind: number, length: number, fill = 0xa5): Buffer =>
  Buffer.concat([Buffer.from([0x60 | kind]), Buffer.alloc(length, fill)]);

function packetsOf(payloads: readonly Buffer[], timestamp: number): RtpPacket[] {
  return payloads.map((payload, index) => ({
    marker: index === payloads.length - 1,
    payloadType: 96,
    sequence: index,
    timestamp,
    ssrc: 1,
    payload,
  }));
}

function several(...units: readonly Buffer[]): Buffer {
  const parts = units.flatMap((each) => [Buffer.from([each.length >> 8, each.length & 0xff]), each]);
  return Buffer.concat([Buffer.from([0x78]), ...parts]);
}

function pieces(whole: Buffer, size: number): Buffer[] {
  const body = whole.subarray(1);
  const count = Math.ceil(body.length / size);
  return Array.from({ length: count }, (_, index) => {
    const flags = (index === 0 ? 0x80 : 0) | (index === count - 1 ? 0x40 : 0);
    const head = Buffer.from([(whole[0]! & 0xe0) | 28, flags | (whole[0]! & 0x1f)]);
    return Buffer.concat([head, body.subarray(index * size, (index + 1) * size)]);
  });
}

function run(depacketiser: H264Depacketiser, packets: readonly (RtpPacket | 'lost')[]): Frame[] {
  return packets.flatMap((packet) => {
    if (packet !== 'lost') return depacketiser.push(packet) ?? [];
    depacketiser.lost();
    return [];
  });
}

function unitsOf(frame: Frame | undefined): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < (frame?.bytes.length ?? 0); ) {
    const length = frame!.bytes.readUInt32BE(at);
    found.push(frame!.bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

test('single units, several in one, and pieces become pictures', () => {
  const key = unit(5, 3000);
  const other = unit(1, 50);
  const frames = run(new H264Depacketiser(), [
    ...packetsOf([several(sequenceSet, pictureSet), ...pieces(key, 1100)], 100),
    ...packetsOf([other], 3100),
    // A delimiter and filler say nothing.
    ...packetsOf([several(unit(9, 1), other, unit(12, 9))], 6100),
  ]);
  assert.deepEqual(
    frames.map(({ timestamp, isKeyframe }) => [timestamp, isKeyframe]),
    [
      [100, true],
      [3100, false],
      [6100, false],
    ],
  );
  assert.deepEqual(unitsOf(frames[0]), [sequenceSet, pictureSet, key]);
  assert.deepEqual(unitsOf(frames[2]), [other]);
  const { width, height, configuration } = frames[0]?.picture ?? {};
  assert.deepEqual([width, height], [640, 360]);
  assert.equal(
    configuration?.toString('hex'),
    `0142c016ffe10019${sequenceSet.toString('hex')}010005${pictureSet.toString('hex')}`,
  );
});

test('parameter sets of the offer, or of long ago, are put before each keyframe', () => {
  const frames = run(new H264Depacketiser([sequenceSet, pictureSet]), [
    ...packetsOf([unit(5, 10)], 1),
    ...packetsOf([unit(5, 20)], 2),
  ]);
  for (const frame of frames) assert.deepEqual(unitsOf(frame).slice(0, 2), [sequenceSet, pictureSet]);
  assert.equal(frames.length, 2);
  assert.deepEqual(
    run(new H264Depacketiser(), packetsOf([unit(5, 10)], 1)),
    [],
    'a keyframe without any is none',
  );
});

test('a picture of which something is missing is given up, and the next whole one is taken', () => {
  const depacketiser = new H264Depacketiser([sequenceSet, pictureSet]);
  const [first, , last] = packetsOf(pieces(unit(5, 3000), 1100), 1);
  const frames = run(depacketiser, [first!, 'lost', last!, ...packetsOf([unit(1, 5)], 2)]);
  assert.deepEqual(
    frames.map(({ timestamp }) => timestamp),
    [2],
  );
  // The end of one and the begin of another.
  const [begin] = packetsOf(pieces(unit(5, 3000), 1100), 3);
  const [, , end] = packetsOf(pieces(unit(5, 3000), 1100), 4);
  assert.deepEqual(run(depacketiser, [begin!, 'lost', end!]), []);
  assert.equal(run(depacketiser, packetsOf([unit(5, 9)], 5)).length, 1);
});

test('units cut in any way come out as they went in', () => {
  const sizes = fc.array(fc.integer({ min: 2, max: 4000 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 1400 }), (lengths, size) => {
      const units = lengths.map((length, index) => unit(1, length, index + 1));
      const payloads = units.flatMap((each) => (each.length > size ? pieces(each, size) : [each]));
      const [frame] = run(new H264Depacketiser(), packetsOf(payloads, 9));
      assert.deepEqual(unitsOf(frame), units);
    }),
  );
});

test('whatever comes, nothing is thrown', () => {
  const payload = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  const shaped = fc
    .tuple(fc.constantFrom(0x67, 0x68, 0x65, 0x78, 0x7c, 0x61), payload)
    .map(([head, rest]) => Buffer.concat([Buffer.from([head]), rest]));
  const packets = fc.array(
    fc.record({
      payload: fc.oneof(payload, shaped),
      marker: fc.boolean(),
      timestamp: fc.nat({ max: 3 }),
      lost: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(packets, (all) => {
      const depacketiser = new H264Depacketiser();
      for (const { lost, ...packet } of all) {
        if (lost) depacketiser.lost();
        depacketiser.push({ ...packet, payloadType: 96, sequence: 0, ssrc: 1 });
      }
    }),
  );
});

test('a picture that never ends is not kept, and the next one comes', async () => {
  const depacketiser = new H264Depacketiser([sequenceSet, pictureSet]);
  const kept = Array.from({ length: 1000 }, (_, index) => {
    const piece = Buffer.concat([Buffer.from([0x7c, index === 0 ? 0x85 : 5]), Buffer.alloc(64 * 1024)]);
    depacketiser.push({ ...packetsOf([piece], 1)[0]!, marker: false });
    return new WeakRef(piece.buffer);
  });
  // The engine may still name what it had last.
  const count = await countKept(kept);
  assert.ok(count <= 1, `${count} of 1000`);
  const next = (timestamp: number) => run(depacketiser, packetsOf([unit(5, 100)], timestamp)).length;
  assert.deepEqual([next(2), next(3)], [0, 1], 'what was lost may have been of the first one');
});
