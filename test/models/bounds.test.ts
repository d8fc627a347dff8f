/** What strangers may make a downloader keep and do: bounded in memory, files and time, with all else told by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ranges } from '../../src/files/incoming/ranges.ts';
import { type CraftedFile, craftedChunk, craftedChunks, craftedClose } from '../support/crafted.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

test('Ranges are what a set of bytes would be, in whatever order they come', () => {
  const size = 200;
  const range = fc.tuple(fc.nat({ max: size }), fc.nat({ max: 40 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 60 }), range, (all, [from, length]) => {
      const ranges = new Ranges();
      const bytes = new Set<number>();
      for (const [start, count] of all) {
        ranges.add(start, start + count);
        for (let at = start; at < start + count; at += 1) bytes.add(at);
      }
      const inside = ranges
        .within(from, from + length)
        .flatMap(([s, e]) => Array.from({ length: e - s }, (_, i) => s + i));
      const outside = ranges
        .missing(from, from + length)
        .flatMap(([s, e]) => Array.from({ length: e - s }, (_, i) => s + i));
      const wanted = Array.from({ length }, (_, index) => from + index);
      assert.deepEqual(
        inside,
        wanted.filter((at) => bytes.has(at)),
      );
      assert.deepEqual(
        outside,
        wanted.filter((at) => !bytes.has(at)),
      );
    }),
    parameters({ numRuns: 200, seed: 181 }),
  );
});

test('However many pieces a file comes in, and in whatever order, the loop does not stand still for them', () => {
  const order = fc.record({
    pieces: fc.integer({ min: 5000, max: 20_000 }),
    /** Every so many pieces there is a gap between two; one is coprime to all counts. */
    step: fc.constantFrom(1, 2, 7, 10_007),
    length: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(order, ({ pieces, step, length }) => {
      const ranges = new Ranges();
      const began = performance.now();
      for (let count = 0; count < pieces; count += 1) {
        const at = ((count * step) % pieces) * 4;
        ranges.add(at, at + length);
      }
      const took = performance.now() - began;
      // Inserting into a list of 20,000 moves 10,000 at the most.
      assert.ok(took < 1500, `${pieces} pieces take ${Math.round(took)} ms`);
    }),
    parameters({ numRuns: 8, seed: 182 }),
  );
});

test('Of uploads that are begun and never ended no more are kept than are allowed, and each of the others is named', async () => {
  const flood = fc.record({
    begun: fc.integer({ min: 0, max: 120 }),
    maxOpen: fc.integer({ min: 1, max: 60 }),
    /** A file that is sent beside them, and after so many of them each of its records. */
    every: fc.integer({ min: 1, max: 8 }),
    runs: fc.integer({ min: 1, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(flood, async ({ begun, maxOpen, every, runs }) => {
      const good: CraftedFile = { path: 'good', bytes: noise(2000) };
      const own = [...craftedChunks(good), craftedClose(good)];
      const records = Array.from({ length: begun }, (_, number) => {
        const file = { path: `begun/${number}`, uploader: 'flood', bytes: noise(300) };
        const one = craftedChunk(file, 0, 100);
        return number % every === 0 && own.length > 0 ? [one, own.shift()!] : [one];
      });
      const flow = new Flow({ partitions: 1, maxMessageBytes: 64 * 1024 });
      await flow.append([...records.flat(), ...own].map((record) => ({ partition: 0, record })));
      let open = 0;
      for (let run = 0; run < runs; run += 1) ({ open } = await flow.down({ maxOpen }));
      const named = new Set(flow.told('failed').map(({ path }) => path));
      assert.ok(open <= maxOpen, `${open} are open, and ${maxOpen} may be`);
      assert.ok(flow.disk.parts.size <= maxOpen, `${flow.disk.parts.size} temporary files`);
      const isWhole = flow.received().good === md5(good.bytes);
      assert.ok(isWhole || named.has('good'), 'the file beside them is neither there nor named');
      assert.ok(named.size + open >= begun, `${named.size} are named and ${open} open, of ${begun}`);
    }),
    parameters({ numRuns: 25, seed: 183 }),
  );
});
