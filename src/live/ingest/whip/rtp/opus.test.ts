import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpusDepacketiser } from './opus.ts';

test('each packet is a frame that stands by itself, and one of padding alone is none', () => {
  const opus = new OpusDepacketiser();
  const packet = (payload: Buffer) => ({
    ...{ marker: false, payloadType: 111, sequence: 1, timestamp: 960, ssrc: 1 },
    payload,
  });
  const bytes = Buffer.from('f8', 'hex');
  const frame = { timestamp: 960, isKeyframe: true, bytes };
  assert.deepEqual(opus.push(packet(bytes)), frame);
  assert.equal(opus.push(packet(Buffer.alloc(0))), undefined);
  opus.lost();
  assert.deepEqual(opus.push(packet(bytes)), frame, 'what was lost before it is none of its concern');
});
