/** A rendition record by record: what is told, what is shown, what will come next, and what it holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord, someFacts } from '../../../test/support/live-records.ts';
import type { PartRecord } from '../../records/live-record.ts';
import type { Arrival } from '../contract.ts';
import type { WindowLimits } from './limits.ts';
import { StreamWindow } from './window.ts';

function windowOf(made: readonly MadeRecord[], limits: Partial<WindowLimits> = {}): StreamWindow {
  const window = new StreamWindow('cam', { listed: 1, ...limits }, () => 7);
  for (const { record, bytes } of made) window.apply(record, bytes);
  return window;
}

/** Of each segment: its epoch and number, the numbers of its parts, and whether it grows. */
const shown = (window: StreamWindow, name = 'main'): string[] =>
  (window.rendition(name)?.segments ?? []).map(
    ({ epoch, media, parts, closed }) =>
      `${epoch}.${media}: ${parts.map(({ number }) => number)}${closed ? '' : '...'}`,
  );

const isPart = ({ record }: MadeRecord, wanted: Partial<PartRecord>): boolean =>
  record.kind === 'part' && Object.entries(wanted).every(([name, value]) => record[name as 'part'] === value);
const without = (made: readonly MadeRecord[], wanted: Partial<PartRecord>): MadeRecord[] =>
  made.filter((one) => !isPart(one, wanted));

function told(arrival: Arrival): string {
  if (arrival.type === 'end') return 'end';
  const { type, rendition } = arrival;
  if (type === 'init') return `init ${rendition} ${arrival.epoch} ${arrival.bytes}`.trim();
  if (type === 'chunk') {
    const { epoch, media, part, chunk, keyframe, bytes } = arrival;
    return `chunk ${rendition} ${epoch}.${media}.${part}.${chunk}${keyframe ? ' k' : ''} ${bytes.length}`;
  }
  const { media, parts, closed } = arrival.segment;
  if (type === 'segment') return `segment ${rendition} ${media} of ${parts.length} ${closed}`;
  const { number, ordinal, independent, time, duration } = arrival.part;
  return `part ${rendition} ${media}.${number} ${ordinal} ${independent} ${time}+${duration}`;
}

test('Whatever comes is told in full, once the state says so too', () => {
  const script = new LiveScript({ chunksPerPart: 2 })
    .parts(2)
    .close()
    .gap()
    .parts(1)
    .restart()
    .parts(1)
    .end();
  const window = new StreamWindow('cam');
  const lines: string[] = [];
  const stop = window.listen((arrival) => lines.push(told(arrival)));
  for (const { record, bytes } of script.made) window.apply(record, bytes);
  const size = script.made[1]!.bytes.length;
  assert.deepEqual(lines, [
    'init main 1 init main 1',
    `chunk main 1.0.0.0 k ${size}`,
    `chunk main 1.0.0.1 ${size}`,
    'part main 0.0 0 true 0+3072',
    `chunk main 1.0.1.0 ${size}`,
    `chunk main 1.0.1.1 ${size}`,
    'part main 0.1 1 false 3072+3072',
    'segment main 0 of 2 true',
    'segment main 1 of 0 true',
    `chunk main 1.2.0.0 k ${size}`,
    `chunk main 1.2.0.1 ${size}`,
    'part main 2.0 7 true 21504+3072',
    'segment main 2 of 1 true',
    'init main 2 init main 2',
    `chunk main 2.3.0.0 k ${size}`,
    `chunk main 2.3.0.1 ${size}`,
    'part main 3.0 0 true 0+3072',
    'segment main 3 of 1 true',
    'end',
  ]);
  // All of these but chunks change what playlists say.
  assert.equal(window.version, lines.filter((line) => !line.startsWith('chunk')).length);
  assert.ok(window.ended);
  stop();
  window.apply({ ...script.made.at(-1)!.record, epoch: 3 }, Buffer.alloc(0));
  assert.equal(lines.at(-1), 'end');
  assert.equal(lines.length, 19);
});

test('What will come next is known behind each record', () => {
  const script = new LiveScript({ chunksPerPart: 2 })
    .parts(2)
    .close()
    .parts(1)
    .close()
    .gap()
    .restart()
    .parts(1);
  const window = new StreamWindow('cam', {}, () => 7);
  const edges: string[] = [];
  for (const { record, bytes } of script.made) {
    window.apply(record, bytes);
    // Also of what has nothing to show yet.
    const { epoch, media, part, ordinal } = window.rendition('main')?.edge ?? {
      epoch: 1,
      media: 0,
      part: 0,
      ordinal: 0,
    };
    edges.push(`${epoch}.${media}.${part} ${ordinal}`);
  }
  assert.deepEqual(edges, [
    ...['1.0.0 0', '1.0.0 0', '1.0.1 1', '1.0.1 1', '1.0.2 2'],
    // The init of the next segment says nothing yet; its first chunk closes the one before.
    ...['1.0.2 2', '1.1.0 2', '1.1.1 3'],
    // A gap has the number of the part that follows it.
    '1.3.0 8',
    ...['2.4.0 0', '2.4.0 0', '2.4.1 1'],
  ]);
  assert.equal(window.arrivedAt, 7);
  assert.equal(window.epoch, 2);
});

test('What a part is missing before is not shown, up to the next segment', () => {
  const { made } = new LiveScript({ chunksPerPart: 2 }).segments(2).parts(1);
  const rows: readonly (readonly [what: string, Partial<PartRecord>, string[]])[] = [
    ['nothing', { media: 99 }, ['1.0: 0,1,2,3,4', '1.1: 0,1,2,3,4', '1.2: 0...']],
    ['a part', { media: 0, part: 2 }, ['1.0: 0,1', '1.1: 0,1,2,3,4', '1.2: 0...']],
    ['the first part', { media: 1, part: 0 }, ['1.0: 0,1,2,3,4', '1.2: 0...']],
    [
      'the first chunk of a part',
      { media: 0, part: 2, chunk: 0 },
      ['1.0: 0,1', '1.1: 0,1,2,3,4', '1.2: 0...'],
    ],
    [
      'the last chunk of the last part',
      { media: 0, part: 4, chunk: 1 },
      ['1.0: 0,1,2,3,4', '1.1: 0,1,2,3,4', '1.2: 0...'],
    ],
    ['all of a segment', { media: 1 }, ['1.0: 0,1,2,3,4', '1.2: 0...']],
  ];
  for (const [what, lost, segments] of rows)
    assert.deepEqual(shown(windowOf(without(made, lost))), segments, what);
  // It is closed as soon as that is known, and nothing of it follows.
  const broken = without(made, { media: 0, part: 2 });
  const until = broken.findIndex((one) => isPart(one, { part: 3 }));
  assert.deepEqual(shown(windowOf(broken.slice(0, until))), ['1.0: 0,1...']);
  const after = windowOf(broken.slice(0, until + 2));
  assert.deepEqual(shown(after), ['1.0: 0,1']);
  assert.deepEqual(after.rendition('main')!.edge, { epoch: 1, media: 0, part: 3, ordinal: 3 });
});

test('A chunk of another part, or out of its turn, goes into none', () => {
  const [init, first, , ...rest] = new LiveScript({ chunksPerPart: 3 }).parts(2).made;
  const [last, next] = rest;
  const chunks = (...records: readonly MadeRecord[]) => {
    const { segments } = windowOf([init!, first!, ...records, next!]).rendition('main')!;
    return segments[0]!.parts.map(({ bytes }) => bytes.toString());
  };
  const text = first!.bytes.toString();
  // Without the second chunk the third is none of it, and the part ends where the next begins.
  assert.deepEqual(chunks(last!), [text]);
  for (const change of [{ media: 1 }, { part: 1 }, { chunk: 2 }]) {
    const other = { ...last!, record: { ...(last!.record as PartRecord), chunk: 1, ...change } };
    assert.deepEqual(chunks(other), [text], JSON.stringify(change));
  }
  const right = { ...last!, record: { ...(last!.record as PartRecord), chunk: 1, lastChunk: false } };
  assert.deepEqual(chunks(right), [`${text}${last!.bytes}`]);
});

test('Bytes are held of what is shown, of what comes, and of one init an epoch', () => {
  const { made } = new LiveScript({ chunksPerPart: 2 }).segments(2).parts(2).restart().segments(1).parts(1);
  const window = new StreamWindow('cam');
  const inits = new Set<number>();
  let held = 0;
  for (const { record, bytes } of made) {
    window.apply(record, bytes);
    if (record.kind !== 'init' || !inits.has(record.epoch)) held += bytes.length;
    if (record.kind === 'init') inits.add(record.epoch);
    assert.equal(window.heldBytes, held);
  }
});

test('Of many bytes as many whole segments stay as fit, and the newest however large it is', () => {
  const script = new LiveScript().segments(9).parts(1);
  const size = script.made.find((one) => isPart(one, {}))!.bytes.length * 5;
  const numbers = (bytes: number) =>
    windowOf(script.made, { bytes })
      .rendition('main')!
      .segments.map(({ media }) => media);
  assert.deepEqual(numbers(3 * size), [6, 7, 8, 9]);
  assert.deepEqual(numbers(3 * size - 1), [7, 8, 9]);
  assert.deepEqual(numbers(1), [8, 9]);
  assert.deepEqual(numbers(100 * size), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  // A gap takes none, and makes room as well.
  const gaps = new LiveScript().segments(4).gap().gap();
  assert.deepEqual(shown(windowOf(gaps.made, { bytes: size })), ['1.3: 0,1,2,3,4', '1.4: ', '1.5: ']);
});

test('Inits stay as long as a segment of their epoch, and the newest one', () => {
  const epochs = (made: readonly MadeRecord[], limits = {}) => [
    ...windowOf(made, limits).rendition('main')!.inits.keys(),
  ];
  const script = new LiveScript().segments(2).restart().segments(2).restart().segments(1).parts(1);
  assert.deepEqual(epochs(script.made), [1, 2, 3]);
  assert.deepEqual(epochs(script.made, { bytes: 1 }), [3]);
  // What a newer epoch makes void takes its init along.
  const again = new LiveScript().segments(1).restart(false).parts(2).restart(false).segments(1);
  assert.deepEqual(shown(windowOf(again.made)), ['1.0: 0,1,2,3,4', '3.1: 0,1,2,3,4...']);
  assert.deepEqual(epochs(again.made), [1, 3]);
});

test('Renditions are there with their first part, the largest first, then by name', () => {
  const bandwidths: Readonly<Record<string, number>> = { a: 5, b: 9, c: 5, d: 7 };
  const { made } = new LiveScript({ renditions: ['c', 'd', 'a', 'b'] }).parts(1);
  for (const { record } of made)
    if (record.kind === 'init')
      Object.assign(record, { facts: { ...someFacts, bandwidth: bandwidths[record.rendition] } });
  const names = (window: StreamWindow) => window.renditions.map(({ name }) => name);
  assert.deepEqual(names(windowOf(made)), ['b', 'd', 'a', 'c']);
  const one = windowOf(made.slice(0, 5));
  assert.deepEqual([names(one), one.empty, one.rendition('a')], [['c'], false, undefined]);
  const none = windowOf(made.slice(0, 4));
  assert.deepEqual([none.empty, none.version], [true, 4]);
  // What the inits of a newer epoch say orders them anew.
  const next = new LiveScript({ renditions: ['c', 'a'] }).parts(1).restart().parts(1);
  for (const { record } of next.made)
    if (record.kind === 'init' && record.epoch === 2)
      Object.assign(record, { facts: { ...someFacts, bandwidth: record.rendition === 'c' ? 9 : 8 } });
  assert.deepEqual(names(windowOf(next.made)), ['c', 'a']);
});

test('A segment is known by its first part, and a part of one chunk is that chunk, not a copy', () => {
  const { made } = new LiveScript().segments(2).restart().parts(1);
  const { segments } = windowOf(made).rendition('main')!;
  for (const [index, media] of [0, 1, 3].entries()) {
    const { record, bytes } = made.find((one) => isPart(one, { media, part: 0 }))!;
    const { epoch, ordinal, discontinuity, discontinuities, timescale, time, captured } =
      record as PartRecord;
    const { parts, closed: _, duration: __, gap, ...told } = segments[index]!;
    const numbers = { epoch, media, ordinal, discontinuity, discontinuities, timescale, time, captured };
    assert.deepEqual({ ...told }, numbers);
    assert.equal(gap, false);
    assert.equal(parts[0]!.bytes, bytes);
  }
});

test('An encoder that died before its first part leaves nothing, also of a stream that is new', () => {
  const { made } = new LiveScript().parts(0).restart(false).parts(2);
  assert.deepEqual(shown(windowOf(made)), ['2.0: 0,1...']);
});

test('An end is told, also where nothing came before it', () => {
  const window = new StreamWindow('cam');
  const lines: string[] = [];
  window.listen((arrival) => lines.push(told(arrival)));
  const { record, bytes } = new LiveScript().end().made[0]!;
  window.apply(record, bytes);
  window.apply(record, bytes);
  assert.deepEqual([lines, window.ended], [['end'], true]);
});

test('Facts are those of the newest init, targets those of the first', () => {
  const script = new LiveScript({ renditions: ['a', 'b'] }).parts(1).restart().parts(1);
  const inits = script.made.filter(({ record }) => record.kind === 'init');
  for (const [index, { record }] of inits.entries())
    Object.assign(record, {
      facts: { ...someFacts, bandwidth: 10 + index },
      targets: { part: 200_000 + index, segment: 1_000_000 + index },
    });
  const window = new StreamWindow('cam', {}, () => 7);
  const seen: unknown[] = [];
  for (const one of script.made) {
    window.apply(one.record, one.bytes);
    if (one.record.epoch === 1 || one.record.kind !== 'init') continue;
    seen.push(window.renditions.map(({ name, facts }) => `${name} ${facts.bandwidth}`));
  }
  // The larger is first as soon as its init says so.
  assert.deepEqual(seen, [
    ['a 12', 'b 11'],
    ['b 13', 'a 12'],
  ]);
  assert.deepEqual(window.targets, { part: 200_000, segment: 1_000_000 });
});
