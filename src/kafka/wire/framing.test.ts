import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { ResponseReader } from './framing.ts';

function frame(correlationId: number, body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeInt32BE(body.byteLength + 4, 0);
  prefix.writeInt32BE(correlationId, 4);
  return Buffer.concat([prefix, body]);
}

test('Responses come out whole, however the stream is cut', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (sent, cuts) => {
      const stream = Buffer.concat(sent.map((body, index) => frame(index, body)));
      const memory = new Map<number, Buffer>();
      const complete: number[] = [];
      const reader = new ResponseReader({
        memoryFor: (correlationId, bytes) => {
          const body = Buffer.alloc(bytes);
          memory.set(correlationId, body);
          return body;
        },
        complete: (correlationId) => complete.push(correlationId),
      });
      // One buffer for all reads, as the socket's: what it held before must not matter.
      const chunk = Buffer.alloc(30);
      for (let at = 0; at < stream.byteLength; ) {
        const length = Math.min(cuts.next().value, stream.byteLength - at);
        chunk.fill(0xee);
        stream.copy(chunk, 0, at, at + length);
        reader.push(chunk, length);
        at += length;
      }
      assert.deepEqual(complete, [...sent.keys()]);
      for (const [index, body] of sent.entries()) assert.deepEqual(memory.get(index), Buffer.from(body));
    }),
  );
});

test('No memory is asked for before somebody awaits the response', () => {
  const reader = new ResponseReader({
    memoryFor: () => {
      throw new Error('nobody awaits it');
    },
    complete: () => assert.fail(),
  });
  assert.throws(() => reader.push(frame(1, Buffer.alloc(3)), 11), /nobody/);
});

test('Of a response that takes its time the beginning is told once, when it is there; by whichever way it is read', () => {
  const body = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index & 0xff));
  for (const isDirect of [false, true]) {
    const told: Buffer[] = [];
    const memory = Buffer.alloc(body.byteLength);
    const reader = new ResponseReader({
      memoryFor: () => memory,
      began: () => told.push(Buffer.from(memory)),
      complete: () => {},
    });
    const stream = frame(1, body);
    reader.push(stream, 8 + 511);
    assert.equal(told.length, 0);
    for (let at = 8 + 511; at < stream.byteLength; at += 10_000) {
      const piece = stream.subarray(at, at + 10_000);
      const place = isDirect ? reader.place : undefined;
      if (place === undefined) reader.push(piece, piece.byteLength);
      else {
        place.set(piece);
        reader.filled(piece.byteLength);
      }
    }
    assert.equal(told.length, 1);
    assert.deepEqual(told[0]!.subarray(0, 512), body.subarray(0, 512));
    assert.deepEqual(memory, body);
    reader.push(stream, stream.byteLength);
    assert.equal(told.length, 1, 'of one that comes at once nothing is told before it is complete');
  }
});
