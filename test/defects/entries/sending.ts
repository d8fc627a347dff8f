/** A source, what is sent of it, and what is remembered. */
import { type Defect, edit } from '../defect.ts';

const takingModel = 'test/models/taking.test.ts';
const rememberingModel = 'test/models/remembering.test.ts';
const rememberingFar = 'test:models remembering --seed 72 --runs 200';
const crash = 'test:crash --first 1 --seeds 12 --no-points';
const anyFile = 'test/flow/any-file.test.ts';

export const sending: readonly Defect[] = [
  {
    name: 'writers-write-what-readers-refuse',
    breaks:
      'A file of the year 1601 was sent in a pack that every downloader refused whole, with exit code 0 on both sides.',
    edits: [
      edit(
        'src/records/file-facts.ts',
        '  return /^-?[0-9]{1,28}$/.test(text);',
        '  return /^-?[0-9]{1,19}$/.test(text);',
      ),
      edit(
        'src/files/send/pack-files.ts',
        '        checkPackEntry(entry);\n',
        '        if (entry.size < 0) checkPackEntry(entry);\n',
      ),
      edit(
        'src/records/file-record.ts',
        '    checkPackEntry(entry);\n',
        '    if (entry.size < 0) checkPackEntry(entry);\n',
      ),
    ],
    seekers: ['src/records/both-ways.test.ts', anyFile],
    tests: [anyFile],
  },
  {
    name: 'what-no-record-can-hold',
    breaks: 'One file that no record can hold took the files of its pack with it.',
    edits: [
      edit(
        'src/records/file-facts.ts',
        '  return /^-?[0-9]{1,28}$/.test(text);',
        '  return /^-?[0-9]{1,19}$/.test(text);',
      ),
    ],
    seekers: ['src/records/both-ways.test.ts', anyFile],
    tests: ['src/records/pack.test.ts', anyFile],
  },
  {
    name: 'resend-forgotten',
    breaks:
      '--resend was kept in memory alone: interrupted after 10 of 60 files, the next run sent none of the 50.',
    edits: [
      edit(
        'src/files/state/upload-state.ts',
        '    const ready = { ...this.#marks, topic: topicId };',
        '    const { resend: _, ...marks } = this.#marks;\n    const ready = { ...marks, topic: topicId };',
      ),
    ],
    seekers: [rememberingFar, crash],
    tests: ['test/flow/gone.test.ts'],
  },
  {
    name: 'walk-offers-everything',
    breaks: 'The walk offered every file at once: memory grew with their number, 453 MB for 100,000.',
    edits: [edit('src/files/find/intake.ts', ' || !this.#options.hasRoom()', '')],
    seekers: [takingModel, crash],
    tests: ['src/files/find/intake.test.ts'],
  },
  {
    name: 'gone-files-remembered-for-ever',
    breaks: '100,000 files that were gone long ago cost 117 MB at each start.',
    edits: [
      edit(
        'src/files/state/gone-files.ts',
        '      else if (isLost(file, topic.id, earliest) && (await this.#isGone(path))) forgettable.push(path);',
        '      else if (isLost(file, topic.id, earliest) && (await this.#isGone(path))) void path;',
      ),
    ],
    seekers: [rememberingModel, crash],
    tests: ['test/flow/gone.test.ts'],
  },
  {
    name: 'vanished-files-remembered-for-ever',
    breaks: 'Each temporary file that was seen once and vanished left a quarter of a kilobyte, for ever.',
    edits: [
      edit('src/files/find/awaited.ts', '    this.#before.clear();\n    if (now', '    if (now'),
      edit('src/files/find/awaited.ts', '    this.#before.delete(path);\n', ''),
    ],
    seekers: [takingModel, crash],
    tests: ['src/files/find/awaited.test.ts'],
  },
  {
    name: 'unmounted-source-gives-up',
    breaks: 'A source whose disk was not mounted at the start gave up all that was half sent.',
    edits: [
      edit(
        'src/files/state/gone-files.ts',
        '    if (!(await this.#evidence.speaksFor(root))) return false;\n',
        '',
      ),
    ],
    seekers: [rememberingModel, crash],
    tests: ['test/flow/gone.test.ts'],
  },
  {
    name: 'vanished-source-waited-for',
    breaks: 'With --once a source that went away was waited for without end.',
    edits: [
      edit(
        'src/files/find/intake.ts',
        '    } else if (once && now - this.#awaySince >= uploadWaits.sourceAway) {',
        '    } else if (once && now - this.#awaySince >= 1000 * uploadWaits.sourceAway) {',
      ),
    ],
    seekers: [takingModel, crash],
    tests: ['src/files/find/intake.test.ts'],
  },
  {
    name: 'watchers-keep-old-names',
    breaks: 'After a tree was renamed its watchers told of changes under the former names.',
    edits: [
      edit(
        'src/stores/disk/watch.ts',
        '    if (this.#watchers.get(path)?.inode !== inode) this.#forget(path);\n',
        '    if (inode === undefined) this.#watchers.delete(path);\n',
      ),
    ],
    seekers: [crash],
    tests: ['src/stores/disk/watch.test.ts'],
  },
  {
    name: 'no-watches-left-in-silence',
    breaks: 'Where the system had no watches left, changes were found late and nobody was told.',
    edits: [
      edit(
        'src/stores/disk/watch.ts',
        '    if (this.#hasTold || [',
        "    if (code !== '' || this.#hasTold || [",
      ),
    ],
    seekers: [crash],
    tests: ['src/stores/disk/watch.test.ts'],
  },
  {
    name: 'link-that-cannot-be-followed',
    breaks: '--follow-symlinks passed over a target that gives EACCES, in silence.',
    edits: [
      edit(
        'src/stores/disk/walk.ts',
        '    if (isWanted && !vanished(error))',
        '    if (isWanted && vanished(error))',
      ),
    ],
    seekers: [crash],
    tests: ['src/stores/disk/source.test.ts'],
  },
  {
    name: 'files-of-proc-sent-empty',
    breaks: 'A file of /proc, which says that it has no bytes, was sent empty with exit code 0.',
    edits: [
      edit(
        'src/files/send/said-size.ts',
        '  return (await handle.read(new Uint8Array(1), size)) > 0;',
        '  return (await handle.read(new Uint8Array(1), size)) > 1;',
      ),
    ],
    seekers: [crash],
    tests: ['test/flow/said-size.test.ts'],
  },
  {
    name: 'chunks-too-large-for-java',
    breaks: "A full chunk was 27 bytes over the limit of Java's producers, by which MirrorMaker copies.",
    edits: [
      edit(
        'src/files/send/chunk-size.ts',
        'export const copiedBatchBytes = 1_048_576 - (21 - 6);',
        'export const copiedBatchBytes = 1_048_588;',
      ),
    ],
    seekers: ['test/flow/sizes.test.ts'],
    tests: ['src/files/send/chunk-size.test.ts'],
  },
  {
    name: 'topic-made-before-it-is-refused',
    breaks: 'A compacted topic was refused after a state topic had been made beside it.',
    edits: [
      edit(
        'src/files/shared/topics.ts',
        "  if (policy?.includes('compact')) {",
        "  if (policy?.includes('compact') && state !== undefined) {",
      ),
    ],
    seekers: [rememberingModel, crash],
    tests: ['test/flow/state.test.ts'],
  },
  {
    name: 'state-believed-against-the-topic',
    breaks:
      'What the state told as sent was believed where the log had been cut behind it: it was never sent again.',
    edits: [
      edit(
        'src/files/state/open-state.ts',
        '  const isCut = (version: Placed): boolean => reaches(version, ends);',
        '  const isCut = (version: Placed): boolean => reaches(version, []) && ends.length < 0;',
      ),
    ],
    seekers: [rememberingModel, crash],
    tests: ['test/flow/cut-log.test.ts'],
  },
  {
    name: 'moved-name-changes-the-others',
    breaks:
      'With --move the first name of a file that was removed changed the inode for its other names: they were taken for changed, and stayed, or could not be sent at all.',
    edits: [
      edit('src/files/send/moved-files.ts', '      if (this.#options.isBusy(name)) return false;\n', ''),
      edit(
        'src/stores/disk/own-changes.ts',
        '    if (found.ctime === file.ctime) return true;\n',
        '    if (found !== undefined) return found.ctime === file.ctime;\n',
      ),
    ],
    seekers: ['test/flow/model.test.ts'],
    tests: ['test/flow/move.test.ts', 'src/stores/disk/take-away.test.ts'],
  },
  {
    name: 'equal-crc-taken-for-equal-bytes',
    breaks:
      'With --delta and --checksum crc64nvme other bytes of the same CRC went as a copy: the old ones stayed at the sinks.',
    edits: [
      edit(
        'src/files/send/send-delta.ts',
        'digest === base.base.digest && hasSamePieces(index, base.index);',
        'digest === base.base.digest && index.bits === base.index.bits;',
      ),
    ],
    seekers: [],
    tests: ['test/flow/deltas-doubted.test.ts'],
  },
  {
    name: 'hard-links-told-anywhere',
    breaks:
      'Names of one large file stayed two at sinks that came to what was said of them long before they came to it.',
    edits: [
      edit(
        'src/files/send/hard-links.ts',
        'await this.#context.append(partition, record, bytes);',
        'await this.#context.append(partition === 0 ? 1 : 0, record, bytes);',
      ),
    ],
    seekers: [],
    tests: ['test/flow/hard-links.test.ts'],
  },
  {
    name: 'backlog-without-what-is-tried-again',
    breaks:
      'A file that could not be sent yet left the count of open ones until it was looked at again, and was new then.',
    edits: [
      edit(
        'src/files/find/intake.ts',
        '    if (again === undefined) this.#options.backlog?.settled(path);\n',
        '    this.#options.backlog?.settled(path);\n',
      ),
    ],
    seekers: [],
    tests: ['src/files/find/intake.test.ts'],
  },
  {
    name: 'notices-past-all-room',
    breaks:
      'While Kafka was away an uploader took up every file that it was told of, and its memory grew with them.',
    edits: [
      edit(
        'src/files/find/intake.ts',
        'this.#awaited.size + this.#offered.size < noticedLimit',
        'this.#awaited.size < noticedLimit',
      ),
    ],
    seekers: [],
    tests: ['src/files/find/intake.test.ts'],
  },
  {
    name: 'walks-without-room-to-begin',
    breaks:
      'A walk that was due while there was no room was asked for a thousand times a second, and nobody was told that there may be more.',
    edits: [
      edit('src/files/find/intake.ts', 'isWalking || isFull ? this', 'isWalking ? this'),
      edit('src/files/find/intake.ts', '= !isOver && this', '= this.#walk !== undefined && this'),
    ],
    seekers: [],
    tests: ['src/files/find/held-up.test.ts'],
  },
  {
    name: 'names-that-are-free-untold',
    breaks: 'An uploader that had waited for the lease of a killed one was never ready.',
    edits: [edit('src/files/state/open-state.ts', 'if (isTold && !signal.aborted)', 'if (false)')],
    seekers: [],
    tests: ['src/files/state/open-state.test.ts'],
  },
];
