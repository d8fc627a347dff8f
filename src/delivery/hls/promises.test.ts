/** What playlists promise together, over any history, as seen by a reader that shares nothing with what writes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MediaPlaylist, nextOf, reaches, readMedia } from '../../../test/conformance/playlist.ts';
import { LiveScript } from '../../../test/support/live-records.ts';
import fc from '../../../test/support/properties.ts';
import { StreamWindow } from '../window/window.ts';
import { judge } from './directives.ts';
import { livePlaylist } from './media.ts';
import { textOf } from './pieces.ts';

const listed = 8_000_000;

const anyStep = fc.oneof(
  { weight: 8, arbitrary: fc.constant('segment' as const) },
  { weight: 1, arbitrary: fc.constantFrom('gap', 'cut', 'again', 'lost', 'twice') },
);

/** Parts, gaps, encoders that begin anew, also twice, and a segment of which nothing came. */
function scriptOf(steps: readonly string[]): LiveScript {
  const script = new LiveScript({ renditions: ['main', 'small'] }).segments(1);
  for (const step of steps) {
    if (step === 'segment') script.segments(1);
    if (step === 'gap') script.gap();
    if (step === 'cut') script.parts(2).restart();
    if (step === 'again') script.parts(2).restart(false).segments(1);
    if (step === 'lost') script.close().segments(1);
    if (step === 'twice') script.restart().restart().segments(1);
  }
  return script;
}

function playlistOf(window: StreamWindow, skip = false, from?: number): string {
  const rendition = window.rendition('main')!;
  const uri = (name: string) => name;
  return textOf(livePlaylist({ stream: window, rendition, listed, from, skip, uri }), uri);
}

/** Calls with the window after each record that leaves something to show. */
function eachState(steps: readonly string[], look: (window: StreamWindow) => void): void {
  const window = new StreamWindow('cam', { listed });
  for (const { record, bytes } of scriptOf(steps).made) {
    window.apply(record, bytes);
    if (window.rendition('main') !== undefined) look(window);
  }
}

const histories = fc.array(anyStep, { minLength: 1, maxLength: 20 });

test('Everything is of its form, each number has its line, and numbers and discontinuities only grow', () => {
  fc.assert(
    fc.property(histories, (steps) => {
      let before: MediaPlaylist | undefined;
      eachState(steps, (window) => {
        const playlist = readMedia(playlistOf(window));
        assert.deepEqual(playlist.complaints, []);
        const { segments } = window.rendition('main')!;
        const newest = segments.at(-1)!;
        assert.equal(playlist.segments.at(-1)?.media, newest.media);
        const tags = playlist.segments.reduce((sum, { discontinuities }) => sum + discontinuities, 0);
        assert.equal((playlist.discontinuitySequence ?? 0) + tags, newest.discontinuities);
        assert.ok(playlist.mediaSequence >= (before?.mediaSequence ?? 0));
        assert.ok(playlist.discontinuitySequence! >= (before?.discontinuitySequence ?? 0));
        before = playlist;
      });
    }),
    { numRuns: 30 },
  );
});

test('A delta update, merged with what was skipped, is the full playlist', () => {
  fc.assert(
    fc.property(histories, (steps) => {
      eachState(steps, (window) => {
        const [full, delta] = [readMedia(playlistOf(window)), readMedia(playlistOf(window, true))];
        const known = full.segments.slice(0, delta.skipped);
        // A gap has nothing that a MAP could be for.
        const told = ({ ownMap: _, map, ...segment }: (typeof full.segments)[number]) => ({
          ...segment,
          map: segment.gap ? undefined : map,
        });
        assert.deepEqual([...known, ...delta.segments].map(told), full.segments.map(told));
        assert.deepEqual([delta.hints, delta.reports], [full.hints, full.reports]);
      });
    }),
    { numRuns: 30 },
  );
});

test('What is answered has what was asked for, and what waits is released as soon as the playlist has it', () => {
  const asked = fc.record({ ahead: fc.integer({ min: -1, max: 1 }), part: fc.option(fc.nat(6)) });
  fc.assert(
    fc.property(histories, asked, (steps, { ahead, part }) => {
      let waiting: { media: number; part: number | undefined } | undefined;
      eachState(steps, (window) => {
        const playlist = readMedia(playlistOf(window));
        waiting ??= { media: Math.max(0, nextOf(playlist).media + ahead), part: part ?? undefined };
        const query = new URLSearchParams({ _HLS_msn: `${waiting.media}` });
        if (waiting.part !== undefined) query.set('_HLS_part', `${waiting.part}`);
        const { type } = judge(query, window, window.rendition('main')!);
        const isThere = reaches(playlist, waiting.media, waiting.part);
        if (type === 'now') {
          assert.ok(isThere);
          waiting = undefined;
        } else if (type === 'wait' && isThere) {
          // It is there, and yet waited for: then a part past the end of its segment, which means the first of the next.
          const segment = playlist.segments.find(({ media }) => media === waiting?.media);
          assert.ok(segment !== undefined && waiting.part! >= segment.parts.length);
          assert.ok(!reaches(playlist, waiting.media + 1, 0));
        }
      });
    }),
    { numRuns: 60 },
  );
});
