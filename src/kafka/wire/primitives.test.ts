import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WireReader, WireWriter } from './primitives.ts';

test('a head that outgrows its first buffer is written whole', () => {
  for (let before = 0; before < 300; before++) {
    const writer = new WireWriter();
    for (let count = 0; count < before; count++) writer.int8(7);
    writer
      .int16(-2)
      .int32(-123_456_789)
      .int64(2 ** 52 + 1)
      .uvarint(3);
    writer.compactString('größer').uuid('00112233445566778899aabbccddeeff');
    const reader = new WireReader(writer.cut());
    reader.skip(before);
    assert.equal(reader.int16(), -2);
    assert.equal(reader.int32(), -123_456_789);
    assert.equal(reader.int64(), 2 ** 52 + 1);
    assert.equal(reader.arrayLength(), 2);
  }
});
