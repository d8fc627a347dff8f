import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as library from '@platformatic/kafka';
import * as codecs from './codecs.ts';

test('Every codec is the very one that the library exports by name', () => {
  const { readerOf, ...named } = codecs;
  assert.ok(readerOf(Buffer.alloc(1)) instanceof library.Reader);
  for (const [name, codec] of Object.entries(named)) {
    assert.equal(codec, Reflect.get(library, name), name);
  }
});
