/** Topics that were copied to another cluster: what records say by offsets is not true there. */
import { type Defect, edit } from '../defect.ts';

const copies = 'test/flow/copied-topics.test.ts';
const lagging = 'test/flow/lagging-copies.test.ts';

export const copied: readonly Defect[] = [
  {
    name: 'told-offsets-are-believed',
    breaks:
      'On a copy of its topic, what a version is made of was read where its record says, and nowhere else.',
    edits: [
      edit(
        'src/files/receive/fetch-again.ts',
        '  if (lacking.length > 0 && !signal.aborted) {',
        '  if (lacking.length > wishes.length) {',
      ),
    ],
    seekers: [],
    tests: [copies],
  },
  {
    name: 'listed-by-told-offsets',
    breaks:
      'On a copy of its topic, list told an older version for the newest one, whose bytes did not stand where its record says.',
    edits: [
      edit(
        'src/files/state/made-here.ts',
        '  if (stripe === undefined || more.length > 0 ||',
        '  if (source.first >= 0 || stripe === undefined || more.length > 0 ||',
      ),
    ],
    seekers: [],
    tests: [copies],
  },
  {
    name: 'delta-of-told-offsets',
    breaks:
      'An uploader that moved to a copy of its topic made a delta of one whose sources stand elsewhere there.',
    edits: [
      edit(
        'src/files/send/delta-base.ts',
        '    if (Math.min(first, sinceOf(ending.parts)) !== (since ?? first)) return undefined;\n',
        '    sinceOf(ending.parts);\n',
      ),
    ],
    seekers: [],
    tests: [copies],
  },
  {
    name: 'not-copied-yet-is-missing',
    breaks:
      'A striped file whose closing record was copied before chunks in other partitions was failed by name.',
    edits: [
      edit(
        'src/files/receive/awaited.ts',
        '  if (!(await standElsewhere(upload))) return false;',
        '  if (upload.size >= 0 || !(await standElsewhere(upload))) return false;',
      ),
    ],
    seekers: [],
    tests: [lagging],
  },
  {
    name: 'awaited-anew-by-each-run',
    breaks: 'What was never copied was waited for without end: each run forgot since when.',
    edits: [edit('src/files/incoming/incoming-upload.ts', '    this.awaited = awaited;\n', '')],
    seekers: [],
    tests: [lagging],
  },
];
