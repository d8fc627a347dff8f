/** Streams in stores: what stands before what names it, and what is not replaced by who has not seen it. */
import { type Defect, edit } from '../defect.ts';

const run = 'src/delivery/export/export-run.test.ts';

export const exporting: readonly Defect[] = [
  {
    name: 'exported-playlists-go-back',
    breaks:
      'Of two exporters the slower one put its playlist over that of the other: viewers saw it end earlier than before.',
    edits: [
      edit(
        'src/delivery/export/outlet.ts',
        "const condition = standing?.tag === undefined ? 'nothing' : { tag: standing.tag };",
        'const condition = undefined;',
      ),
    ],
    seekers: [run],
    tests: [run],
  },
  {
    name: 'over-before-it-is-closed',
    breaks:
      'With --forget the video on demand named segments that were forgotten a moment later, where an exporter was killed at the end.',
    edits: [
      edit(
        'src/delivery/export/journal.ts',
        'return this.catalogue.end !== undefined && this.head?.closed === true;',
        'return this.catalogue.end !== undefined;',
      ),
    ],
    seekers: [run],
    tests: [run],
  },
  {
    name: 'exported-playlists-before-media',
    breaks:
      'A playlist named a segment that did not stand yet: viewers were told that it is not there, and caches kept that.',
    edits: [
      edit(
        'src/delivery/export/media-out.ts',
        'await this.#put(segmentPath(name, epoch, number), Buffer.concat(chunks));',
        'void this.#put(segmentPath(name, epoch, number), Buffer.concat(chunks)).catch(() => {});',
      ),
    ],
    seekers: [run],
    tests: [run],
  },
  {
    name: 'late-renditions-are-lost',
    breaks:
      'Where one rendition had begun the next segment before another had ended this one, this one could not be rewound to.',
    edits: [
      edit(
        'src/delivery/archive/stored-segment.ts',
        'if (order > 1 || (order > 0 && record.epoch !== this.#segment.epoch)) this.#isOver = true;',
        'if (order > 0) this.#isOver = true;',
      ),
    ],
    seekers: ['src/delivery/archive/stored-segment.test.ts'],
    tests: [
      'src/delivery/archive/stored-segment.test.ts > A rendition that is behind the others is read to its end, by the index and by its time',
    ],
  },
  {
    name: 'archive-of-another-topic',
    breaks:
      'What was exported of a topic that was made anew since was listed as the beginning of the stream that has its name now.',
    edits: [
      edit(
        'src/delivery/archive/join.ts',
        "  return isOne ? 'same' : 'another';",
        "  return isOne || placed.length > 0 ? 'same' : 'another';",
      ),
    ],
    seekers: ['src/delivery/archive/joined-archive.test.ts'],
    tests: [
      'src/delivery/archive/joined-archive.test.ts > A topic that was made anew has nothing of what was exported before, however far its numbers come',
    ],
  },
  {
    name: 'lines-of-another-rendition',
    breaks:
      'A list named what its rendition did not have for a while, where both ends of a block of lines had it: players got 404.',
    edits: [
      edit('src/delivery/hls/older-lines.ts', 'blocks.set(apart, block);', "blocks.set('', block);"),
      edit(
        'src/delivery/hls/older-lines.ts',
        'written.get(first)?.get(apart);',
        "written.get(first)?.get('');",
      ),
    ],
    seekers: ['src/delivery/hls/of-rendition.test.ts'],
    tests: ['src/delivery/hls/of-rendition.test.ts'],
  },
  {
    name: 'archive-that-is-ahead',
    breaks:
      'While a server read the index anew, its export was told of as that of another stream, and not shown.',
    edits: [
      edit(
        'src/delivery/archive/join.ts',
        'const common = indexOf(placed, own.at(-1)!.media + 1);',
        'const common = placed.length;',
      ),
    ],
    seekers: ['src/delivery/archive/join.test.ts'],
    tests: ['src/delivery/archive/join.test.ts'],
  },
];
