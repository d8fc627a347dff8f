import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import {
  checkDeltaParts,
  type DeltaParts,
  decodeDeltaParts,
  encodeDeltaParts,
} from '../../records/delta-parts.ts';
import { pieceBytes } from '../../records/piece-index.ts';
import { type BytesIn, bytesInParts, piecesOf } from '../incoming/bytes-in.ts';
import { type DeltaBase, planDelta } from './delta-plan.ts';

/** Files here are made of blocks: a block's number is its content, and its length is 1 more. */
type Blocks = readonly number[];

function indexOf(blocks: Blocks): Buffer {
  const pieces = Buffer.alloc(blocks.length * pieceBytes);
  for (const [n, block] of blocks.entries()) {
    pieces.writeUInt32BE(block + 1, n * pieceBytes);
    pieces.fill(block, n * pieceBytes + 4, (n + 1) * pieceBytes);
  }
  return pieces;
}

const contentOf = (blocks: Blocks): Buffer =>
  Buffer.concat(blocks.map((block) => Buffer.alloc(block + 1, block)));
const idOf = (n: number): string => String(n).padStart(32, '0');
const digest = `sha256:${'0'.repeat(64)}`;

/** What stands on a topic of each upload: its own chunks, by where they are in their file. */
type Sent = Map<string, { readonly offset: number; readonly bytes: Buffer }[]>;

/** A reader that has the topic alone. */
function made(sent: Sent, upload: string, size: number, parts?: DeltaParts): Buffer {
  const file = Buffer.alloc(size, 255);
  const own: Pick<BytesIn, 'upload' | 'ranges'> = { upload };
  for (const from of [own, ...(parts === undefined ? [] : bytesInParts(parts))])
    for (const chunk of sent.get(from.upload) ?? [])
      for (const { offset, bytes } of piecesOf(from, chunk)) file.set(bytes, offset);
  return file;
}

test('Of whatever versions, each is made of chunks alone, and of the version before it', () => {
  const blocks = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(fc.array(blocks, { minLength: 2, maxLength: 6 }), (versions) => {
      const sent: Sent = new Map();
      let before: DeltaBase | undefined;
      let former: Buffer = Buffer.alloc(0);
      for (const [n, version] of versions.entries()) {
        const [content, pieces, upload] = [contentOf(version), indexOf(version), idOf(n)];
        const size = content.length;
        const plan = before === undefined ? undefined : planDelta(before, pieces, size);
        const fresh = plan?.fresh ?? [[0, size] as const];
        sent.set(
          upload,
          fresh.map(([from, to]) => ({ offset: from, bytes: content.subarray(from, to) })),
        );
        if (plan !== undefined) {
          checkDeltaParts(plan.parts, upload, size);
          assert.deepEqual(decodeDeltaParts(encodeDeltaParts(plan.parts)), plan.parts);
          // As a sink has it, that has published the version before.
          for (const { offset, length, at } of plan.parts.ranges)
            assert.ok(content.subarray(offset, offset + length).equals(former.subarray(at, at + length)));
        }
        assert.ok(made(sent, upload, size, plan?.parts).equals(content));
        const own = { upload, path: 'x', partition: 0, first: n, last: n, size };
        const index = { bits: 14, pieces };
        const base = { base: { upload, path: 'x', size, digest }, index, own };
        before = plan === undefined ? base : { ...base, parts: plan.parts };
        former = content;
      }
    }),
    { numRuns: 300, seed: 206 },
  );
});

test('What stands there several times is one range where it goes on, and little that is known goes whole', () => {
  const own = { upload: idOf(0), path: 'x', partition: 0, first: 0, last: 0 };
  const from = (version: Blocks): DeltaBase => {
    const size = contentOf(version).length;
    const base = { upload: idOf(0), path: 'x', size, digest };
    return { base, index: { bits: 14, pieces: indexOf(version) }, own: { ...own, size } };
  };
  const zeros = [5, 0, 0, 0, 0, 0, 7];
  const plan = planDelta(from(zeros), indexOf([...zeros, 9]), contentOf([...zeros, 9]).length);
  assert.deepEqual([plan?.parts.ranges.length, plan?.fresh], [1, [[19, 29]]]);
  assert.equal(planDelta(from([1, 2]), indexOf([1, 20, 21]), contentOf([1, 20, 21]).length), undefined);
  assert.equal(planDelta(from([1, 2]), indexOf([3, 4]), 9), undefined);
});
