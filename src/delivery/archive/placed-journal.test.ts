/** Journals as they may stand at a place: long, growing, forgotten, damaged, and written by whoever wishes harm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someFacts } from '../../../test/support/live-records.ts';
import fc from '../../../test/support/properties.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import { lineOf } from '../export/catalogue.ts';
import { encodeHead, type Head } from '../export/head.ts';
import { blockName, headName } from '../export/layout.ts';
import { largestBlock } from './placed-block.ts';
import { PlacedJournal } from './placed-journal.ts';

const began = 1_790_000_000_000_000;
const head: Head = {
  stream: 'cam',
  targets: { part: 200_000, segment: 1_000_000 },
  forget: false,
  block: 0,
  closed: false,
};

function segment(media: number, more: Partial<IndexedSegment> = {}): IndexedSegment {
  return {
    ...{ kind: 'segment', stream: 'cam', epoch: 1, media, discontinuities: 0, discontinuity: false },
    ...{ gap: false, captured: began + media * 1e6, timescale: 1000, time: media * 1000, duration: 1000 },
    ...{ ordinal: media * 5, parts: 5, first: -1, next: -1, sizes: { main: 1 } },
    ...more,
  };
}

const epochLine = lineOf({ epoch: 1, start: 0, renditions: { main: someFacts } });

/** A place in memory of blocks of ten segments. */
class Place {
  readonly files = new Map<string, Buffer>();
  requests = 0;

  constructor(count: number, more: Partial<Head> = {}) {
    this.files.set(headName, encodeHead({ ...head, ...more }));
    for (let block = 0; block * 10 < count; block += 1) this.put(block, Math.min(10, count - block * 10));
  }

  put(block: number, count: number): void {
    const lines = Array.from({ length: count }, (_, index) => lineOf(segment(block * 10 + index)));
    this.files.set(blockName(block), Buffer.from(epochLine + lines.join('')));
  }

  journal(rewind = Number.POSITIVE_INFINITY, most = 1e9): PlacedJournal {
    const read = async (name: string, largest: number): Promise<Buffer | undefined> => {
      this.requests += 1;
      const bytes = this.files.get(name);
      if ((bytes?.length ?? 0) <= largest) return bytes;
      throw new StoreFault(`${name} is too large`, { scope: 'name', code: 'EFBIG' });
    };
    const has = async (name: string): Promise<boolean> => {
      this.requests += 1;
      return this.files.has(name);
    };
    const objects = { read, has, shown: (name: string) => `s3://b/${name}` };
    return new PlacedJournal({ stream: 'cam', objects, rewind, room: { most, used: 0 } });
  }
}

const spanOf = ({ placed }: PlacedJournal) => [placed?.segments[0]?.media, placed?.segments.at(-1)?.media];

test('Of a year, what viewers may go back to is read, by few requests', async () => {
  const place = new Place(50_003);
  const journal = place.journal(35_000_000);
  await journal.refresh();
  assert.deepEqual(spanOf(journal), [49_960, 50_002]);
  assert.ok(place.requests < 45, `${place.requests} requests`);
  const before = journal.placed;
  place.requests = 0;
  await journal.refresh();
  assert.equal(journal.placed, before, 'the same list, until something has changed');
  assert.ok(place.requests <= 3);
  for (const [block, count] of [
    [5000, 10],
    [5001, 10],
    [5002, 4],
  ] as const)
    place.put(block, count);
  await journal.refresh();
  assert.deepEqual(spanOf(journal), [49_980, 50_023]);
  assert.equal(journal.placed?.segments[10], before?.segments[30], 'what is known stays the same objects');
  assert.equal(journal.generation, 0);
  assert.equal(journal.trouble, undefined);
});

test('What an exporter forgot is not listed, nor what there is no room for', async () => {
  const place = new Place(60);
  const journal = place.journal();
  await journal.refresh();
  place.files.set(headName, encodeHead({ ...head, block: 2 }));
  for (const block of [0, 1]) place.files.delete(blockName(block));
  await journal.refresh();
  assert.deepEqual(spanOf(journal), [20, 59]);
  const small = place.journal(undefined, 5000);
  await small.refresh();
  assert.deepEqual(spanOf(small)[1], 59);
  assert.ok((spanOf(small)[0] ?? 0) > 20);
});

test('Who was away for long has no more than there is room for', async () => {
  const place = new Place(20);
  const journal = place.journal(Number.POSITIVE_INFINITY, 3 * place.files.get(blockName(1))!.length + 100);
  await journal.refresh();
  assert.deepEqual(spanOf(journal), [0, 19]);
  for (let block = 2; block < 100; block += 1) place.put(block, 10);
  await journal.refresh();
  assert.equal(journal.placed?.segments.at(-1)?.media, 999);
  assert.ok(journal.placed.segments.length <= 40, `${journal.placed.segments.length} segments`);
  assert.equal(journal.trouble, undefined);
});

test('What is damaged costs what lies before it or behind it, and is told; a line that is being written nothing', async () => {
  const whole = new Place(60).files;
  const table: readonly (readonly [string, string, number, Buffer | undefined, readonly unknown[]])[] = [
    ['not JSON', 'told', 2, Buffer.from('?\n'), [30, 59]],
    ['gone', 'told', 2, undefined, [0, 19]],
    ['other numbers', 'told', 2, whole.get(blockName(3)), [30, 59]],
    ['the newest', 'told', 5, Buffer.from('{}\n'), [0, 49]],
    ['empty', 'silent', 5, Buffer.alloc(0), [0, 49]],
    ['cut in a line', 'silent', 5, whole.get(blockName(5))?.subarray(0, -20), [0, 58]],
  ];
  for (const [what, told, block, bytes, span] of table) {
    const place = new Place(60);
    if (bytes === undefined) place.files.delete(blockName(block));
    else place.files.set(blockName(block), bytes);
    const journal = place.journal();
    await journal.refresh();
    // Where one of many is gone, the newest cannot be found without a listing: what is found is whole.
    if (what !== 'gone') assert.deepEqual(spanOf(journal), span, what);
    if (what !== 'gone')
      assert.equal(journal.trouble === undefined, told === 'silent', `${what}: ${journal.trouble}`);
    place.put(block, 10);
    await journal.refresh();
    assert.deepEqual(spanOf(journal), [0, 59], `${what}, mended`);
  }
});

test('Another journal in the place of one, or none, makes void what was known', async () => {
  const place = new Place(60);
  const journal = place.journal();
  await journal.refresh();
  const anew = Array.from({ length: 10 }, (_, media) =>
    lineOf(segment(media, { captured: began + 9e12 + media })),
  );
  for (const block of [1, 2, 3, 4, 5]) place.files.delete(blockName(block));
  place.files.set(blockName(0), Buffer.from(epochLine + anew.join('')));
  await journal.refresh();
  assert.deepEqual(spanOf(journal), [0, 9]);
  const generation = journal.generation;
  assert.ok(generation > 0);
  for (const files of [encodeHead({ ...head, stream: 'other' }), Buffer.from('no JSON'), undefined]) {
    if (files === undefined) place.files.delete(headName);
    else place.files.set(headName, files);
    await journal.refresh();
    assert.equal(journal.placed, undefined);
  }
  assert.ok(journal.generation > generation);
});

/** Lines that are nearly right, of numbers and names as somebody may wish them. */
const numbers = fc.constantFrom(0, 1, 2, 9, 10, 2 ** 31, 2 ** 53 - 1, 1e300, -1, 0.5);
const names = fc.constantFrom('main', '..', '../../etc', '__proto__', 'a/b', 'A'.repeat(65), '');
const hostileLine = fc.oneof(
  fc.tuple(numbers, numbers, numbers, names).map(([epoch, media, other, name]) => {
    const line = { v: 1, ...segment(0), epoch, media, captured: other, discontinuities: other };
    return `${JSON.stringify({ ...line, stream: undefined, sizes: { [name]: other } })}\n`;
  }),
  fc.tuple(numbers, names).map(([epoch, name]) => {
    return `${JSON.stringify({ v: 1, kind: 'epoch', epoch, start: epoch, renditions: { [name]: someFacts } })}\n`;
  }),
  fc.nat(12).map((media) => lineOf(segment(media))),
  fc.constantFrom(
    '\n',
    '{}\n',
    '[]\n',
    'null\n',
    `${'x'.repeat(5000)}\n`,
    '{"v":1,"kind":"end"}\n',
    epochLine,
  ),
);

test('Whatever stands there, a list goes on without a hole, has no name that leads elsewhere, and ends', async () => {
  const block = fc.array(hostileLine, { maxLength: 20 }).map((lines) => Buffer.from(lines.join('')));
  await fc.assert(
    fc.asyncProperty(fc.array(block, { maxLength: 4 }), numbers, async (blocks, first) => {
      const place = new Place(10);
      const said = { v: 1, ...head, block: first };
      place.files.set(headName, Buffer.from(JSON.stringify(said)));
      for (const [index, bytes] of blocks.entries()) place.files.set(blockName(first + index), bytes);
      const journal = place.journal();
      await journal.refresh();
      await journal.refresh();
      assert.ok(place.requests < 200);
      const segments = journal.placed?.segments ?? [];
      for (const [at, one] of segments.entries()) {
        assert.equal(one.media, segments[0]!.media + at);
        for (const name of Object.keys(one.sizes)) assert.match(name, /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
      }
    }),
    { numRuns: 300 },
  );
});

test('A block that has no end is not read', async () => {
  const place = new Place(10);
  place.files.set(blockName(0), Buffer.alloc(largestBlock + 1, 'x'));
  await assert.rejects(place.journal().refresh(), { code: 'EFBIG' });
});
