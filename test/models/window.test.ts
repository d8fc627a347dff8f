/**
 * Windows of live streams: however the records of partitions come between one another, every server shows the same of a stream at the
 * same place of its partition; its numbers never go back; and what was given once is never given with other bytes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord } from '../support/live-records.ts';
import fc from '../support/properties.ts';
import { ModelServer } from './delivery/server.ts';
import type { Kept } from './delivery/viewer.ts';
import { parameters } from './parameters.ts';

const streams = ['box', 'cam'] as const;

/** What a publisher does; `torn` and `cut`: its encoder dies, within a part and between two. */
type Step = 'segment' | 'parts' | 'gap' | 'torn' | 'cut' | 'again' | 'end' | 'twice' | 'zombie';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.constant('segment' as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Step>('parts', 'gap', 'torn', 'cut', 'again', 'end', 'twice', 'zombie'),
  },
);

/** A stream's partition. */
function partitionOf(stream: string, steps: readonly Step[]): readonly MadeRecord[] {
  const script = new LiveScript({
    stream,
    renditions: ['main', 'small'],
    partsPerSegment: 3,
    chunksPerPart: 2,
    partTarget: 100,
  });
  script.segments(1);
  for (const one of steps) {
    if (one === 'segment') script.segments(1);
    if (one === 'parts') script.parts(2).close();
    if (one === 'gap') script.gap();
    if (one === 'cut') script.parts(2).restart();
    if (one === 'again') script.parts(2).restart(false).segments(1);
    if (one === 'end') script.end().restart(false);
    if (one === 'torn') {
      script.parts(2);
      // Its last chunks were never sent.
      script.made.splice(-3);
      script.restart();
    }
    // A broker that stored a batch twice, and a publisher that does not know that another one has taken its place.
    if (one === 'twice') script.made.push(...script.made.slice(-4));
    if (one === 'zombie') script.made.push(...script.made.slice(0, 8));
  }
  return script.segments(1).made;
}

/** Which partition's record is next, again and again: true for the second one. */
const order = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });

/** Numbers of a playlist that must not go back. */
function numbersOf(text: string): readonly number[] {
  return ['MEDIA-SEQUENCE', 'DISCONTINUITY-SEQUENCE'].map((tag) =>
    Number(new RegExp(`#EXT-X-${tag}:(\\d+)`).exec(text)?.[1] ?? Number.NaN),
  );
}

/** Runs a server over both partitions; gives what it showed of each stream after so many of its records. `isAsked`: by viewers, all the time. */
function run(
  partitions: readonly (readonly MadeRecord[])[],
  turns: readonly boolean[],
  kept: Kept,
  isAsked: boolean,
): ReadonlyMap<string, string> {
  const shown = new Map<string, string>();
  const taken = [0, 0];
  const before = new Map<string, readonly number[]>();
  const own = new ModelServer(kept);
  for (let count = 0; taken.some((at, index) => at < partitions[index]!.length); count += 1) {
    const wanted = Number(turns[count % turns.length]);
    const which = taken[wanted]! < partitions[wanted]!.length ? wanted : 1 - wanted;
    const stream = streams[which]!;
    own.apply(partitions[which]![taken[which]!++]!);
    own.check(stream);
    if (isAsked) own.ask(stream);
    for (const [rendition, text] of own.playlists(stream)) {
      const name = `${stream}/${rendition}`;
      shown.set(`${name} ${taken[which]}`, text);
      const numbers = numbersOf(text);
      for (const [index, number] of numbers.entries())
        assert.ok(number >= (before.get(name)?.[index] ?? 0), `a number of ${name} goes back: ${text}`);
      before.set(name, numbers);
    }
  }
  return shown;
}

test('Every server shows the same of a stream, whatever comes between its records, and never what it has not shown so before', () => {
  const histories = fc.tuple(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 8 }));
  fc.assert(
    fc.property(histories, order, order, (steps, one, other) => {
      const partitions = steps.map((each, index) => partitionOf(streams[index]!, each));
      const kept: Kept = new Map();
      assert.deepEqual(run(partitions, one, kept, true), run(partitions, other, kept, false));
    }),
    parameters({ numRuns: 150, seed: 30 }),
  );
});
