/** Lists, and single files from the topic. */
import { type Defect, edit } from '../defect.ts';

const looking = 'test/models/looking.test.ts';
const state = 'fuzz state --seed defects --count 3000';

export const reading: readonly Defect[] = [
  {
    name: 'cat-follows-a-dead-uploader',
    breaks:
      'The newest version, half sent by an uploader that was dead, was waited for, though there was a complete one before it.',
    edits: [
      edit(
        'src/files/state/locate.ts',
        "  if (follow && state.state === 'sending') places",
        "  if (state.state === 'sending') places",
      ),
    ],
    seekers: [looking, state],
    tests: ['test/flow/look.test.ts'],
  },
  {
    name: 'half-sent-hides-the-complete',
    breaks: 'A newer version that was left half sent hid the complete one from list.',
    edits: [
      edit(
        'src/files/state/read-versions.ts',
        '  const candidates = complete.length > 0 ? complete : standing;',
        '  const candidates = complete.length < 0 ? complete : standing;',
      ),
    ],
    seekers: [looking, state],
    tests: ['test/flow/list.test.ts', 'test/flow/look.test.ts'],
  },
  {
    name: 'repeated-bytes-complete-a-file',
    breaks: 'Bytes that came twice were counted twice, and list called an incomplete file complete.',
    edits: [
      edit(
        'src/files/state/read-versions.ts',
        '      before.ranges.add(...range);',
        '      before.ranges.add(before.ranges.end, before.ranges.end + range[1] - range[0]);',
      ),
    ],
    seekers: [looking, state],
    tests: ['test/flow/list.test.ts'],
  },
  {
    name: 'one-hostile-time-ends-list',
    breaks: 'One record of the state topic with a time that no date can hold ended list for everybody.',
    edits: [
      edit(
        'src/files/state/listed-facts.ts',
        '  return Math.min(dateRange, Math.max(-dateRange, milliseconds));',
        '  return Math.min(dateRange * 1e6, Math.max(-dateRange * 1e6, milliseconds));',
      ),
    ],
    seekers: [looking, state],
    tests: ['test/flow/list.test.ts'],
  },
  {
    name: 'copied-topic-lists-nothing',
    breaks:
      'Of topics that MirrorMaker copied, list said "0 files" and exit code 0, while all of them could be read.',
    edits: [
      edit(
        'src/files/state/read-state.ts',
        "    const isHere = origin.cluster !== '' && origin.cluster === this.#cluster;",
        "    const isHere = origin.cluster !== '' && this.#cluster !== '';",
      ),
    ],
    seekers: [looking, state],
    tests: ['test/flow/list.test.ts'],
  },
  {
    name: 'refused-record-waited-for-by-cat',
    breaks: 'cat of a file one of whose records was refused never ended.',
    edits: [
      edit(
        'src/files/cat.ts',
        '    if (isOfFile) throw refusal(file, error.message);\n',
        '    void isOfFile;\n',
      ),
    ],
    seekers: [looking, state],
    tests: ['test/flow/look.test.ts', 'test/flow/refused-records.test.ts'],
  },
  {
    name: 'given-up-and-encrypted-is-verified',
    breaks:
      'verify took a version that was given up, and was encrypted, for the newest that was sent, and called the file unreadable.',
    edits: [
      edit(
        'src/files/verify.ts',
        "const without = state === 'sending' || state === 'aborted' || isNoFile({ state });",
        "const without = state === 'sending' || isNoFile({ state });",
      ),
    ],
    seekers: [],
    tests: ['test/flow/verify.test.ts'],
  },
  {
    name: 'replaced-damage-stops-an-uploader',
    breaks:
      'A damaged record of the state, which a later one had replaced, kept its uploader from starting until compaction removed it.',
    edits: [
      edit('src/files/state/damaged-records.ts', '      this.#found.delete(text);\n', '      void text;\n'),
    ],
    seekers: [],
    tests: ['test/flow/state-verbs.test.ts'],
  },
];
