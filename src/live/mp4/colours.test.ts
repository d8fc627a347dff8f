import assert from 'node:assert/strict';
import { test } from 'node:test';
import { box } from '../../../test/support/boxes.ts';
import fc from '../../../test/support/properties.ts';
import { coloursOf } from './colours.ts';

const nclx = (...codes: readonly number[]) =>
  box('colr', Buffer.from('nclx'), Buffer.from(codes.flatMap((code) => [code >> 8, code & 255])), [0]);

test('The box of colours is believed, unless it says nothing', () => {
  const icc = box('colr', Buffer.from('prof'), Buffer.alloc(20));
  const dolby = box('dvcC', [1, 0, 5 << 1, 0x35]);
  const table = [
    [nclx(9, 16, 9), { primaries: 9, transfer: 16, matrix: 9 }],
    [Buffer.concat([icc, nclx(9, 18, 9)]), { primaries: 9, transfer: 18, matrix: 9 }],
    [nclx(2, 2, 2), undefined],
    [nclx(1, 300, 2), { primaries: 1, transfer: 2, matrix: 2 }],
    [icc, undefined],
    [Buffer.alloc(0), undefined],
    [box('colr', [1, 2]), undefined],
    [dolby, { primaries: 2, transfer: 16, matrix: 2 }],
  ] as const;
  for (const [boxes, colours] of table) assert.deepEqual(coloursOf('dvh1', boxes), colours);
  assert.equal(coloursOf('hvc1', dolby), undefined);
});

test('Damaged records and parameter sets say nothing, and do no harm', () => {
  const damaged = fc.tuple(
    fc.constantFrom('avcC', 'hvcC', 'colr'),
    fc.uint8Array({ maxLength: 120 }),
    fc.constantFrom(Buffer.alloc(0), Buffer.from([1, 100, 0, 13, 255, 225, 0, 90, 0x67, 100])),
  );
  fc.assert(
    fc.property(damaged, ([type, bytes, head]) => {
      const found = coloursOf('avc1', box(type, head, bytes));
      if (found !== undefined) assert.ok(Object.values(found).every((code) => code >= 0 && code <= 255));
    }),
    { numRuns: 2000, seed: 1 },
  );
});
