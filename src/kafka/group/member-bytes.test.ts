import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { KafkaError } from '../contract.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './member-bytes.ts';

test('The bytes are those of Kafka’s own clients', () => {
  assert.equal(encodeSubscription(['ab']).toString('hex'), '00000000000100026162ffffffff');
  assert.equal(
    encodeAssignment(new Map([['ab', [1, 2]]])).toString('hex'),
    '00000000000100026162000000020000000100000002ffffffff',
  );
});

test('Fields that later versions add are passed over', () => {
  // Version 3: user data, owned partitions, generation, rack.
  const bytes = Buffer.from('000300000001000161ffffffff00000000000000070001ff', 'hex');
  assert.deepEqual(decodeSubscription(bytes), ['a']);
});

test('No bytes are no partitions', () => {
  assert.deepEqual(decodeAssignment(Buffer.alloc(0)), new Map());
});

test('The bytes may end with the last field that is read', () => {
  assert.deepEqual(decodeSubscription(Buffer.from('00000000000100026162', 'hex')), ['ab']);
  assert.deepEqual(decodeSubscription(Buffer.from('0000000000010000', 'hex')), ['']);
});

test('A topic that is named twice has the partitions of both, in order and once each', () => {
  const once = (partitions: string): string => `000161${partitions}`;
  const bytes = `000000000002${once('00000002000000030000000a')}${once('00000002000000020000000a')}`;
  assert.deepEqual(decodeAssignment(Buffer.from(bytes, 'hex')), new Map([['a', [2, 3, 10]]]));
});

test('Negative versions and lengths are refused', () => {
  for (const bytes of ['ffff00000000', '000000000001ffff', '0000000000010001'])
    assert.throws(() => decodeSubscription(Buffer.from(bytes, 'hex')), { kind: 'corrupt' });
});

test('What goes in comes out', () => {
  const partitions = fc.uniqueArray(fc.nat(), { maxLength: 20 }).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), partitions), { maxLength: 5 }), (entries) => {
      const assignment = new Map(entries);
      assert.deepEqual(decodeAssignment(encodeAssignment(assignment)), assignment);
      const topics = entries.map(([topic]) => topic);
      assert.deepEqual(decodeSubscription(encodeSubscription(topics)), topics);
    }),
  );
});

test('Whatever the bytes say, they are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
      for (const decode of [decodeSubscription, decodeAssignment]) {
        try {
          decode(Buffer.from(noise));
        } catch (error) {
          assert.ok(error instanceof KafkaError && error.kind === 'corrupt');
        }
      }
    }),
  );
});
