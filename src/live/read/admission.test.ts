import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { Admission } from './admission.ts';

test('Lower epochs and what came before are refused, stream by stream', () => {
  const admission = new Admission();
  const ask = (stream: string, epoch: number, sequence: number) =>
    admission.admits({ stream, epoch, sequence });
  const table: readonly (readonly [string, number, number, boolean])[] = [
    ['a', 2, 5, true],
    ['a', 2, 6, true],
    ['a', 2, 6, false],
    ['a', 2, 5, false],
    ['b', 1, 0, true],
    ['a', 3, 0, true],
    ['a', 2, 7, false],
    ['a', 3, 1, true],
    ['b', 1, 1, true],
  ];
  for (const [stream, epoch, sequence, expected] of table) {
    assert.equal(ask(stream, epoch, sequence), expected, `${stream} ${epoch} ${sequence}`);
  }
  admission.forget('a');
  assert.equal(ask('a', 1, 0), true);
});

test('However often records come again, each that counts is admitted once, in order', () => {
  const anyRecord = fc.record({ epoch: fc.nat(3), sequence: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(anyRecord), (records) => {
      const admission = new Admission();
      const admitted = records.filter((record) => admission.admits({ stream: 'a', ...record }));
      for (const [index, record] of admitted.entries()) {
        const before = admitted[index - 1];
        if (before === undefined) continue;
        const later =
          record.epoch > before.epoch || (record.epoch === before.epoch && record.sequence > before.sequence);
        assert.ok(later);
      }
    }),
  );
});
