import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initOf, partOf } from '../../../test/support/live-stream.ts';
import fc from '../../../test/support/properties.ts';
import { ConfigurationError, SluiceError } from '../../errors.ts';
import type { PartRecord } from '../../records/live-record.ts';
import type { MediaChunk, MediaEvent } from '../media.ts';
import { type NumberedRecord, Numbering, type NumberingOptions } from './numbering.ts';

const usual: NumberingOptions = {
  stream: 'cam',
  epoch: 3,
  start: { media: 7, discontinuity: true, discontinuities: 2 },
  targets: { part: 200_000, segment: 2_000_000 },
  chunks: 'part',
};

function number(
  events: readonly MediaEvent[],
  more: Partial<NumberingOptions> = {},
): { numbering: Numbering; records: NumberedRecord[] } {
  const numbering = new Numbering({ ...usual, ...more });
  const records = events.flatMap((event) => ('bytes' in event ? numbering.push(event) : []));
  return { numbering, records };
}

type Part = Omit<PartRecord, 'sequence'>;

const partsOf = (records: readonly NumberedRecord[], rendition = 'main'): Part[] =>
  records
    .map(({ record }) => record)
    .filter((record): record is Part => record.kind === 'part' && record.rendition === rendition);

/** Chunks of one length, with keyframes at these numbers. Ticks are milliseconds. */
function chunksOf(lengths: readonly number[], keyframes: (index: number) => boolean, rendition = 'main') {
  let time = 0;
  return lengths.map((duration, index): MediaChunk => {
    const chunk = {
      ...partOf(rendition, index),
      timescale: 1000,
      time,
      duration,
      keyframe: keyframes(index),
      readAt: 1_000_000 + time + duration,
    };
    time += duration;
    return chunk;
  });
}

const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const short = (parts: readonly Part[]): string[] =>
  parts.map(({ media, part, chunk, lastChunk, keyframe }) =>
    [media, part, chunk, `${keyframe ? 'k' : ''}${lastChunk ? 'l' : ''}`].join(' '),
  );

test('Parts of segments: the numbers, and an init before each segment', () => {
  const events = [initOf('main'), ...Array.from({ length: 22 }, (_, index) => partOf('main', index))];
  const { records, numbering } = number(events);
  assert.deepEqual(
    records.flatMap(({ record }, index) =>
      record.kind === 'init' ? [[index, record.media, record.ordinal]] : [],
    ),
    [
      [0, 7, 0],
      [11, 8, 10],
      [22, 9, 20],
    ],
  );
  const parts = partsOf(records);
  assert.deepEqual(
    parts.map(({ ordinal }) => ordinal),
    parts.map((_, index) => index),
  );
  assert.deepEqual(short(parts.slice(9, 12)), ['7 9 0 l', '8 0 0 kl', '8 1 0 l']);
  assert.ok(parts.every(({ discontinuity, media }) => discontinuity === (media === 7)));
  assert.ok(records.every(({ record }) => record.discontinuities === 2 && record.epoch === 3));
  const { following } = numbering;
  assert.deepEqual([following.media, following.ordinal, following.discontinuities], [10, 22, 2]);
});

test('Times: captured follows media time from the first chunk on', () => {
  const events = [initOf('main'), ...Array.from({ length: 12 }, (_, index) => partOf('main', index))];
  const parts = partsOf(number(events).records);
  // The first picture was taken when the first chunk was read, less its duration: at 1000 s.
  assert.deepEqual(
    parts.map(({ captured }) => captured),
    parts.map((_, index) => 1_000_000_000 + index * 200_000),
  );
});

test('An epoch without a part takes no number', () => {
  const { numbering, records } = number([initOf('main'), partOf('main', 1)]);
  assert.equal(records.length, 0, 'what comes before the first keyframe is left out');
  assert.deepEqual(numbering.following, {
    media: 7,
    ordinal: 0,
    discontinuities: 1,
    seconds: 0,
    any: false,
    captured: undefined,
  });
});

test('Single pictures are joined to parts whose end is known when it comes', () => {
  // 30 a second, a keyframe every second: 6 pictures a part.
  const frames = Array.from({ length: 91 }, (_, index) =>
    partOf('main', index, { time: index * 512, duration: 512, keyframe: index % 30 === 0 }),
  );
  const parts = partsOf(number([initOf('main'), ...frames], { chunks: 'frame' }).records);
  assert.deepEqual(short(parts.slice(0, 7)), [
    '7 0 0 k',
    '7 0 1 ',
    '7 0 2 ',
    '7 0 3 ',
    '7 0 4 ',
    '7 0 5 l',
    '7 1 0 ',
  ]);
  assert.deepEqual(short(parts.slice(30, 31)), ['7 5 0 k'], 'a keyframe within a segment');
  assert.deepEqual(short(parts.slice(59, 61)), ['7 9 5 l', '8 0 0 k']);
  assert.deepEqual([parts[31]?.time, parts[31]?.captured], [31 * 512, 1_001_200_000]);
});

test('Where segments begin, by where keyframes are', () => {
  const segments = (lengths: readonly number[], keyframes: (index: number) => boolean): number[] => {
    const parts = partsOf(number([initOf('main'), ...chunksOf(lengths, keyframes)]).records);
    return parts.filter(({ part }) => part === 0).map(({ time }) => time);
  };
  const table: [string, number[], (index: number) => boolean, number[]][] = [
    ['each is a keyframe', repeat(25, 200), () => true, [0, 2000, 4000]],
    ['every second', repeat(25, 200), (index) => index % 5 === 0, [0, 2000, 4000]],
    // Waiting for the next would make segments of 3 s.
    ['every 1.4 s', repeat(25, 200), (index) => index % 7 === 0, [0, 1400, 2800, 4200]],
    ['sound in parts of 213 ms', repeat(22, 213), () => true, [0, 1917, 3834]],
    ['one too early', repeat(21, 200), (index) => [0, 9, 19].includes(index), [0, 1800, 3800]],
  ];
  for (const [what, lengths, keyframes, expected] of table)
    assert.deepEqual(segments(lengths, keyframes), expected, what);
});

test('A copied picture has keyframes where its encoder likes: no segment is longer than players were told', () => {
  const seconds = (keyframes: readonly number[], until: number): number[] => {
    // Ten chunks a second, with keyframes at these seconds.
    const at = new Set(keyframes.map((time) => Math.round(time * 10)));
    const chunks = chunksOf(repeat(until * 10, 100), (index) => at.has(index));
    const { records } = number([initOf('main'), ...chunks], { foreignKeyframes: true });
    return partsOf(records).flatMap(({ part, time }) => (part === 0 ? [time / 1000] : []));
  };
  const every = (interval: number) => Array.from({ length: 12 / interval }, (_, index) => index * interval);
  // Where the scene changes there is one more, and the next one as late as ever.
  assert.deepEqual(seconds([0, 0.8, 2.8, 4.8, 5.6, 7.6], 9), [0, 0.8, 2.8, 4.8, 5.6, 7.6]);
  assert.deepEqual(seconds(every(1), 8), [0, 1, 3, 5, 7], 'one interval says nothing yet');
  assert.deepEqual(seconds(every(0.5), 6), [0, 0.5, 2.5, 4.5]);
  assert.deepEqual(seconds(every(0.1), 6), [0, 2, 4]);
  const any = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 30, maxLength: 60 });
  fc.assert(
    fc.property(any, (intervals) => {
      // Of all lengths from the beginning on: who is as regular as a clock for a while may surprise once.
      const keyframes = [0, 0.4, 1.4];
      for (const tenths of intervals) keyframes.push((keyframes.at(-1) as number) + tenths / 10);
      const begins = seconds(keyframes, Math.ceil(keyframes.at(-1) as number) + 1);
      for (const [index, begin] of begins.entries()) {
        if (index > 0) assert.ok(begin - (begins[index - 1] as number) < 2.5);
      }
    }),
    { numRuns: 50 },
  );
});

test('Keyframes that are too far apart are refused: players would give up', () => {
  const events = [initOf('main'), ...chunksOf(repeat(30, 200), (index) => index === 0)];
  assert.throws(
    () => number(events),
    (error: Error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /no keyframe for 2\.6 s.*--segment-target/);
      return true;
    },
  );
});

test('A chunk that is longer than its target is noticed', () => {
  const { numbering } = number([initOf('main'), ...chunksOf([200, 200, 260], (index) => index === 0)]);
  assert.ok(Math.abs(numbering.excess - 0.06) < 1e-9);
  assert.equal(number([initOf('main'), partOf('main', 0)]).numbering.excess, 0);
});

test('Renditions that do not fit together, or come without an init', () => {
  const events = (second: Partial<MediaChunk>): MediaEvent[] => [
    ...[initOf('a'), initOf('b'), partOf('a', 0), partOf('b', 0)],
    ...Array.from({ length: 10 }, (_, index) => partOf('a', index + 1)),
    ...Array.from({ length: 9 }, (_, index) => partOf('b', index + 1)),
    partOf('b', 10, second),
  ];
  number(events({}));
  assert.throws(() => number(events({ keyframe: false })), SluiceError);
  assert.throws(() => number(events({ time: 11 * 3072 })), SluiceError);
  assert.throws(() => number([partOf('a', 0)]), SluiceError);
});

test('However renditions are interleaved, the same parts have the same numbers and times', () => {
  const names = ['a', 'b', 'c'];
  const pictures = (rendition: string, frames: boolean): MediaChunk[] =>
    Array.from({ length: frames ? 150 : 25 }, (_, index) =>
      frames
        ? partOf(rendition, index, { time: index * 512, duration: 512, keyframe: index % 60 === 0 })
        : partOf(rendition, index),
    );
  fc.assert(
    fc.property(fc.boolean(), fc.array(fc.nat(2), { maxLength: 400 }), (frames, order) => {
      const queues = names.map((name) => pictures(name, frames));
      const events: MediaEvent[] = names.map(initOf);
      for (const turn of order) {
        const chunk = queues[turn]?.shift();
        if (chunk !== undefined) events.push(chunk);
      }
      events.push(...queues.flat());
      const { records } = number(events, { chunks: frames ? 'frame' : 'part' });
      const numbers = (name: string) => partsOf(records, name).map((part) => ({ ...part, rendition: '' }));
      assert.deepEqual(numbers('b'), numbers('a'));
      assert.deepEqual(numbers('c'), numbers('a'));
    }),
    { numRuns: 30 },
  );
});

test('Whatever comes, numbers have no holes and parts keep their bounds', () => {
  const any = fc.array(fc.record({ length: fc.integer({ min: 10, max: 60 }), keyframe: fc.boolean() }), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(
    fc.property(any, (frames) => {
      const chunks = chunksOf(
        frames.map(({ length }) => length),
        (index) => index === 0 || index % 20 === 0 || frames[index]?.keyframe === true,
      );
      const parts = partsOf(number([initOf('main'), ...chunks], { chunks: 'frame' }).records);
      assert.equal(parts.length, chunks.length);
      for (const [index, part] of parts.entries()) {
        const before = parts[index - 1];
        if (before === undefined) continue;
        const isNewSegment = part.media !== before.media;
        assert.equal(part.ordinal - before.ordinal, part.chunk === 0 ? 1 : 0);
        assert.equal(part.chunk, part.chunk === 0 ? 0 : before.chunk + 1);
        assert.equal(part.media, before.media + (isNewSegment ? 1 : 0));
        assert.equal(part.part, isNewSegment ? 0 : before.part + (part.chunk === 0 ? 1 : 0));
        if (isNewSegment) assert.ok(part.keyframe);
        else assert.equal(part.chunk === 0, before.lastChunk);
        assert.ok(part.captured >= before.captured, 'captured never goes back');
      }
    }),
  );
});
