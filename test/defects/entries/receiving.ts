/** Records become files: what is refused, missing, twice, or never ends. */
import { type Defect, edit } from '../defect.ts';

const boundsModel = 'test/models/bounds.test.ts';
const crash = 'test:crash --first 1 --seeds 12 --no-points';
const model = 'test/flow/model.test.ts';
const fuzz = 'fuzz records --seed defects --count 3000';
const spoiltTopic = 'test/models/spoilt.test.ts';

export const receiving: readonly Defect[] = [
  {
    name: 'unnamed-loss-is-no-failure',
    breaks: 'What retention had taken and nobody could name was a warning: failed 0, exit code 0.',
    edits: [
      edit(
        'src/files/run/losses.ts',
        '    if (isAll && isRemoved) return;\n',
        '    if (isAll || lost !== undefined) return;\n',
      ),
    ],
    seekers: [spoiltTopic, model, fuzz],
    tests: ['test/flow/topic-faults.test.ts'],
  },
  {
    name: 'refused-record-is-no-failure',
    breaks: 'A record of ours that was refused counted as nothing: exit code 0, and its file never came.',
    edits: [
      edit(
        'src/files/incoming/receive-context.ts',
        `    this.options.progress.filesFailed++;
    this.options.onEvent({ type: 'refused-record'`,
        `    this.options.onEvent({ type: 'refused-record'`,
      ),
    ],
    seekers: [spoiltTopic, fuzz],
    tests: ['test/flow/refused-records.test.ts'],
  },
  {
    name: 'one-bad-entry-refuses-its-pack',
    breaks: 'One entry of a pack that broke a rule refused all of it: none of 51 files arrived.',
    edits: [
      edit(
        'src/records/pack.ts',
        `      if (!(error instanceof FormatError)) throw error;
      refused.push({ ...refOf(entry)`,
        `      if (error !== undefined) throw error;
      refused.push({ ...refOf(entry)`,
      ),
    ],
    seekers: [spoiltTopic, fuzz],
    tests: ['src/records/pack.test.ts'],
  },
  {
    name: 'refused-end-waited-for',
    breaks: 'An upload whose closing record was refused waited for it for ever.',
    edits: [
      edit(
        'src/files/receive/refused-record.ts',
        "  if (kind !== 'close' && kind !== 'copy' && kind !== 'delta' && kind !== 'abort') return;",
        "  if (kind !== 'close' || upload !== '') return;",
      ),
    ],
    seekers: [spoiltTopic, fuzz],
    tests: ['test/flow/refused-records.test.ts'],
  },
  {
    name: 'right-end-taken-back',
    breaks: 'A closing record that was refused took back what a right one had ended before it.',
    edits: [edit('src/files/receive/refused-record.ts', '  if (open.close !== undefined) return;\n', '')],
    seekers: [spoiltTopic, fuzz],
    tests: ['test/flow/refused-records.test.ts'],
  },
  {
    name: 'dead-upload-open-for-ever',
    breaks:
      'An upload whose uploader was gone for good stayed open: exit code 3 at every run, and nobody was told which.',
    edits: [
      edit(
        'src/files/receive/left-open.ts',
        '    if (upload.close !== undefined || upload.lasts.size === 0) continue;',
        '    if (upload.close !== undefined || upload.lasts.size >= 0) continue;',
      ),
    ],
    seekers: [spoiltTopic, model, crash],
    tests: ['test/flow/sink-past.test.ts'],
  },
  {
    name: 'gaps-claimed-too-late',
    breaks:
      'Chunks that overlap were told apart after others had come: right bytes were set aside as conflicting.',
    edits: [
      edit(
        'src/files/incoming/stored-bytes.ts',
        `    const known = this.#claimed.within(offset, end);
    const gaps = this.#claimed.missing(offset, end);
    const before = this.settled();`,
        `    const before = this.settled();
    await before;
    const known = this.#claimed.within(offset, end);
    const gaps = this.#claimed.missing(offset, end);`,
      ),
    ],
    seekers: [
      'src/files/incoming/incoming-upload.test.ts > Right bytes that overlap are no conflict, however many come at once and in whatever order they are written',
      fuzz,
    ],
    tests: ['src/files/incoming/incoming-upload.test.ts'],
  },
  {
    name: 'left-out-called-gone',
    breaks:
      'A file that had been begun before --from-offset was told as "not on the topic any more", which was false.',
    edits: [
      edit(
        'src/files/run/why-missing.ts',
        '  return isLeftOut\n',
        '  return isLeftOut && earliest.size < 0\n',
      ),
    ],
    seekers: [spoiltTopic, fuzz],
    tests: ['test/flow/sink-past.test.ts'],
  },
  {
    name: 'end-matched-by-id-alone',
    breaks: 'A closing or aborting record with the id of an upload ended it, whatever file it named.',
    edits: [
      edit(
        'src/files/incoming/incoming-upload.ts',
        '    if (uploader !== this.ref.uploader || path !== this.ref.path)\n',
        "    if (uploader !== this.ref.uploader && path === '')\n",
      ),
    ],
    seekers: [spoiltTopic, fuzz],
    tests: ['test/flow/refused-records.test.ts'],
  },
  {
    name: 'pack-into-an-open-upload',
    breaks: 'An entry of a pack with the id of an open upload wrote into the temporary file of that.',
    edits: [
      edit(
        'src/files/receive/unpack.ts',
        '  if (open !== undefined && (open.ref.uploader !== uploader || open.ref.path !== file.path)) {',
        "  if (open !== undefined && open.ref.uploader === '') {",
      ),
      edit(
        'src/files/receive/unpack.ts',
        "    const kept = uploads.get(upload) === undefined ? await keepWrong(context, upload, target, bytes) : '';",
        '    const kept = await keepWrong(context, upload, target, bytes);',
      ),
    ],
    seekers: [spoiltTopic, fuzz],
    tests: ['test/flow/held-files.test.ts'],
  },
  {
    name: 'ranges-in-quadratic-time',
    breaks: 'An upload in 20,000 pieces with gaps between blocked the process for 9 s.',
    edits: [
      edit(
        'src/files/incoming/ranges.ts',
        `    // Those that touch it become one with it.
`,
        `    for (const range of ranges.toSorted((a, b) => b[0] - a[0])) if (range[0] === -1) return;
`,
      ),
    ],
    seekers: [boundsModel, 'fuzz records --seed defects --count 3000'],
    tests: ['src/files/incoming/ranges.test.ts', 'test/flow/hostile.test.ts'],
  },
  {
    name: 'open-uploads-without-bound',
    breaks: 'Uploads that were begun and never ended took memory and temporary files without end.',
    edits: [
      edit(
        'src/files/receive/receiver.ts',
        '    if (tooMany.length === 0) return work;',
        '    if (tooMany.length >= 0) return work;',
      ),
    ],
    seekers: [boundsModel, spoiltTopic, fuzz],
    tests: ['test/flow/open-uploads.test.ts'],
  },
  {
    name: 'records-blamed-for-what-was-left',
    breaks:
      'A temporary file that somebody had changed between two runs, or a file of the sink from which a delta was made, failed its upload by name (conflicting data) when records came again, though the topic had all of it.',
    edits: [
      edit(
        'src/files/receive/receiver.ts',
        'if (error instanceof ConflictError && isDoubtful) return this.#again(upload, error, false);',
        'if (error instanceof ConflictError && !isDoubtful) return this.#again(upload, error, false);',
      ),
    ],
    seekers: [],
    tests: ['test/flow/deltas-doubted.test.ts'],
  },
  {
    name: 'copy-that-fails-ends-the-run',
    breaks:
      'A delta or a copy whose record came again while it was made, and of which something was wrong, ended the whole run, and the next one in the same way.',
    edits: [
      edit(
        'src/files/receive/copies.ts',
        '(upload.again ?? Promise.resolve()).catch(() => {})',
        'upload.again ?? Promise.resolve()',
      ),
    ],
    seekers: [],
    tests: ['test/flow/deltas-doubted.test.ts'],
  },
  {
    name: 'group-gives-up-a-taken-name-at-once',
    breaks:
      'A file that took the place of a folder at its source was lost to a group that shares a folder: it came before the removal of what had stood there, and was not kept until that had gone.',
    edits: [
      edit(
        'src/files/receive/held-files.ts',
        'if (isMember && (await this.obstacles.moment(until, options.signal)))',
        'if (isMember && (await this.obstacles.moment(Math.min(until, 0), options.signal)))',
      ),
    ],
    seekers: [],
    tests: ['test/flow/group-folder.test.ts'],
  },
  {
    name: 'overtaken-upload-open-for-ever',
    breaks:
      'A downloader that was killed between publishing a version and forgetting an older one that was half received kept that open, with exit code 3 at every run, until the topic had lost it.',
    edits: [
      edit('src/files/receive/end-older.ts', 'newest > upload.ref.upload', 'newest < upload.ref.upload'),
      edit(
        'src/files/receive/finish-upload.ts',
        '  if (stands) await uploads.supersede(target, ref.upload);',
        '  if (!stands) await uploads.supersede(target, ref.upload);',
      ),
    ],
    seekers: [],
    tests: ['test/flow/open-uploads.test.ts'],
  },
];
