/** A second sender that stands by: when it goes on, from where, and what becomes of who is left. */
import { type Defect, edit } from '../defect.ts';

const run = 'src/live/ingest/desk/sender-run.ts';
const runTest = 'src/live/ingest/desk/sender-run.test.ts';
const desk = 'src/live/ingest/desk/seconds.test.ts';

export const standingBy: readonly Defect[] = [
  {
    name: 'a-stand-by-begins-before-the-end',
    breaks:
      'Who took over began with the keyframe before: viewers saw up to a segment twice, and dates went back.',
    edits: [edit(run, '? this.#mediaTime(behind) : reached', '? this.#mediaTime(behind - 1000) : reached')],
    seekers: [],
    tests: [
      `${runTest} > One that stood by goes on from the first keyframe behind what was given by another, with its init`,
    ],
  },
  {
    name: 'both-stopped-and-seen-twice',
    breaks:
      'Where both senders were stopped together, the one that stood by gave all that it held at its end, seconds of which had been seen.',
    edits: [
      edit(
        run,
        "    if (event.type === 'end') {\n",
        "    if (event.type === 'end') {\n      if (this.#seek !== undefined) this.#seek = { behind: undefined, reached: 0 };\n      this.#release();\n",
      ),
    ],
    seekers: [],
    tests: [`${runTest} > Who ends before such a keyframe gives nothing that was seen already`],
  },
  {
    name: 'two-bad-lines-change-places',
    breaks:
      'Who had just been silent was taken again at once: two bad lines changed places all the time, each time with a discontinuity.',
    edits: [
      edit(
        'src/live/ingest/desk/pace.ts',
        'late >= after && standBy.wellFor(now) >= steady',
        'late >= after && steady > 0',
      ),
    ],
    seekers: [],
    tests: [
      'src/live/ingest/desk/pace.test.ts > A stand-by takes over from who gives too little, when it has given enough itself',
    ],
  },
  {
    name: 'a-busy-machine-changes-senders',
    breaks: 'What held up both senders, as a busy machine does, was taken for a fault of the one on the air.',
    edits: [
      edit(
        'src/live/ingest/desk/pace.ts',
        'onAir.overdue(now) - Math.max(0, standBy.overdue(now))',
        'onAir.overdue(now)',
      ),
    ],
    seekers: [],
    tests: [
      'src/live/ingest/desk/pace.test.ts > A stand-by takes over from who gives too little, when it has given enough itself',
    ],
  },
  {
    name: 'a-stand-by-is-held-without-a-bound',
    breaks: 'What a stand-by gave was kept without end while nobody needed it.',
    edits: [
      edit('src/live/ingest/desk/held-chunks.ts', 'while (this.#bytes > this.#most) this.#shorten();', ''),
    ],
    seekers: [],
    tests: ['src/live/ingest/desk/held-chunks.test.ts'],
  },
  {
    name: 'a-warm-stand-by-is-put-off',
    breaks:
      'A pause of up to 10 s after a sender that gave nothing held for a stand-by with pictures, too; and each such start counted for the whole life of a programme.',
    edits: [
      edit('src/live/publish/encoder-runs.ts', 'if (source.isWarm?.() === true) return;', ''),
      edit('src/live/publish/encoder-runs.ts', '      this.#restarts.forget();\n', ''),
    ],
    seekers: [],
    tests: [
      'src/live/publish/publish-run.test.ts > A run that gave nothing holds up nobody who has pictures already, nor is it remembered once another gave some',
    ],
  },
  {
    name: 'on-the-air-and-not-on-the-board',
    breaks:
      'Where the first left before it sent anything, whoever took over was in no figure and not in /api/ingest.',
    edits: [
      edit(
        'src/live/ingest/board.ts',
        'before.epoch === 0 && before.standBy === undefined',
        'before.epoch === 0',
      ),
    ],
    seekers: [],
    tests: [
      'src/live/ingest/board.test.ts > Where the first goes before anything came of it, the stream is that of who stood by',
    ],
  },
  {
    name: 'encoders-of-stand-bys-are-left-behind',
    breaks: 'A server that had ended in good order had encoders of stand-bys which had not.',
    edits: [edit('src/live/ingest/desk/place.ts', '    await this.#senders.finished();\n', '')],
    seekers: [],
    tests: [`${desk} > A server that goes waits for the encoders of those who stood by, too`],
  },
  {
    name: 'sound-goes-back-where-one-takes-over',
    breaks:
      'Who took over began with sound of before its first picture: browsers left out all pictures up to the next keyframe.',
    edits: [edit(run, 'if (began === undefined || init?.facts', 'if (began !== undefined || init?.facts')],
    seekers: [],
    tests: [
      `${runTest} > Who takes over gives no sound of before its first picture: another one was heard then`,
    ],
  },
  {
    name: 'sound-by-srt-loses-its-sender',
    breaks:
      'AAC by SRT that was to be copied had a header without parameters: it was encoded, or its sender was sent away where a busy machine had given a chunk before.',
    edits: [
      edit(
        'src/live/ingest/desk/plans.ts',
        "container === 'mpegts' && !isNoAac",
        "container === 'nut' && !isNoAac",
      ),
    ],
    seekers: [],
    tests: [
      'src/live/ingest/desk/plans.test.ts > Sound that is copied from a transport stream loses its heads, unless it was found to have none',
      'test/live/sent-source.test.ts > AAC of a transport stream is copied, and what else it may carry',
    ],
  },
];
