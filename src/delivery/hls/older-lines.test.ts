import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextOf, readMedia } from '../../../test/conformance/playlist.ts';
import { LiveScript } from '../../../test/support/live-records.ts';
import fc from '../../../test/support/properties.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { StreamWindow } from '../window/window.ts';
import { livePlaylist, vodPlaylist } from './media.ts';
import { blockSize } from './older-lines.ts';
import { bytesOfPieces, lengthOfPieces, type Pieces, textOf } from './pieces.ts';

const listed = 6_000_000;
const plain = (uri: string) => uri;

/** A window that goes on where an index of so many segments, with some that are missing, gaps and new epochs, ends. */
function longStream(
  count: number,
  lost: readonly number[],
  gaps: readonly number[],
  cuts: readonly number[],
) {
  const archived: IndexedSegment[] = [];
  const script = new LiveScript();
  let discontinuities = 0;
  for (let media = 0; media < count; media += 1) {
    const cut = cuts.includes(media);
    if (cut) {
      discontinuities += 1;
      script.restart(false);
    }
    script.close();
    if (lost.includes(media)) continue;
    archived.push({
      ...{ kind: 'segment', stream: 'cam', epoch: 1 + discontinuities, media, discontinuities },
      ...{ discontinuity: cut, gap: gaps.includes(media), captured: 1e15 + media * 1e6, timescale: 1000 },
      ...{ time: media * 1000, duration: 1000 - (media % 3), ordinal: media * 5, parts: 5 },
      ...{ first: media, next: media + 1, sizes: { main: 1 } },
    });
  }
  script.segments(20).parts(2);
  const window = new StreamWindow('cam', { listed });
  for (const { record, bytes } of script.made) window.apply(record, bytes);
  const from = (media: number, skip = false, uri = plain): Pieces => {
    const rendition = window.rendition('main')!;
    return livePlaylist({ stream: window, rendition, listed, from: media, archived, skip, uri });
  };
  return { archived, window, from };
}

const place = fc.nat(1400);
const places = fc.array(place, { maxLength: 6 });

test('Wherever a list begins, what follows its first segments is what others have from there on', () => {
  fc.assert(
    fc.property(places, places, places, place, place, (lost, gaps, cuts, one, other) => {
      const { from } = longStream(1400, lost, gaps, cuts);
      const [early, late] = [one, other].sort((a, b) => a - b).map((media) => textOf(from(media), plain));
      const [all, some] = [readMedia(early!), readMedia(late!)];
      assert.deepEqual([...all.complaints, ...some.complaints], []);
      assert.deepEqual(nextOf(all), nextOf(some));
      const shared = some.segments.length - 1;
      const told = ({ ownMap: _, map, ...segment }: (typeof all.segments)[number]) => ({
        ...segment,
        map: segment.gap ? undefined : map,
      });
      assert.deepEqual(all.segments.slice(-shared).map(told), some.segments.slice(1).map(told));
      for (const [index, { media }] of all.segments.entries()) assert.equal(media, all.mediaSequence + index);
      const delta = readMedia(textOf(from(Math.min(one, other), true), plain));
      assert.ok(delta.skipped > 0 || all.segments.length < 20);
      assert.deepEqual(
        [...all.segments.slice(0, delta.skipped), ...delta.segments].map(told),
        all.segments.map(told),
      );
    }),
    { numRuns: 25 },
  );
});

test('A recording is the same text, whatever of it was written for others before', () => {
  const { archived, window, from } = longStream(1400, [300, 301], [700], [5, 512]);
  const vod = () => textOf(vodPlaylist({ segments: archived, targets: window.targets }), plain);
  const before = vod();
  for (const media of [0, 1, 256, 512, 513]) from(media);
  assert.equal(vod(), before);
  assert.equal(before.match(/#EXTINF/g)?.length, 1400);
});

test('Blocks are shared, by all beginnings and while segments are added; what changed is written anew', () => {
  const { archived, from } = longStream(1400, [], [], []);
  const blocksOf = (pieces: Pieces) => pieces.filter((piece) => typeof piece !== 'string');
  const [one, other] = [blocksOf(from(10)), blocksOf(from(200))];
  assert.ok(one.length > 3);
  // But for the first, which is cut, and the last, which grows.
  assert.deepEqual(one.slice(1, -1), other.slice(1, -1));
  for (let at = 1; at < one.length - 1; at += 1) assert.equal(one[at], other[at]);
  archived[2 * blockSize + 7] = { ...archived[2 * blockSize + 7]!, gap: true };
  archived[3 * blockSize - 1] = { ...archived[3 * blockSize - 1]! };
  const changed = blocksOf(from(10));
  assert.notEqual(changed[2], one[2]);
  assert.match(changed[2]!.bytes.toString(), /EXT-X-GAP/);
});

test('A token stands behind each name of media, and the length is known before', () => {
  const { from } = longStream(1400, [9], [3], [700]);
  const uri = (name: string) => `${name}?token=1.cam.abc`;
  const pieces = from(0, false, uri);
  const text = textOf(pieces, uri);
  assert.equal(Buffer.byteLength(text), lengthOfPieces(pieces, uri));
  assert.equal([...bytesOfPieces(pieces, uri)].length, pieces.length);
  const names = text.match(/[a-z]+-\d+(?:-\d+)?\.(?:m4s|mp4)/g)!.length;
  assert.equal(text.match(/\.(?:m4s|mp4)\?token=1\.cam\.abc(?=["\n])/g)?.length, names);
});

test('A block is written anew where what stands before it has changed, and nobody else has how a list begins', () => {
  const lost = 2 * blockSize - 1;
  const { archived, from } = longStream(1400, [], [], []);
  const [first] = from(10).filter((piece) => typeof piece !== 'string');
  archived.splice(lost, 1);
  const text = textOf(from(10), plain);
  assert.equal(text, textOf(longStream(1400, [lost], [], []).from(10), plain));
  assert.match(text, new RegExp(`#EXT-X-GAP\n#EXTINF:1\\.00000,\nseg-1-${lost}\\.m4s\n`));
  const [again] = from(10).filter((piece) => typeof piece !== 'string');
  assert.deepEqual(again, first);
  assert.notEqual(again, first);
});

test('An init is named where an epoch begins, and not at each block', () => {
  const maps = (cuts: readonly number[]) =>
    textOf(longStream(1400, [], [], cuts).from(3), plain).match(/#EXT-X-MAP:URI="init-\d+\.mp4"/g);
  assert.deepEqual(maps([]), ['#EXT-X-MAP:URI="init-1.mp4"']);
  assert.deepEqual(
    maps([600]),
    [1, 2].map((epoch) => `#EXT-X-MAP:URI="init-${epoch}.mp4"`),
  );
  // Of a block of gaps alone no init comes to be in force, and the one before stays.
  const gaps = Array.from({ length: blockSize }, (_, index) => blockSize + index);
  assert.equal(textOf(longStream(1400, [], gaps, []).from(3), plain).match(/#EXT-X-MAP:/g)?.length, 1);
});
