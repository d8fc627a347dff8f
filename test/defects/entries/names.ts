/** What stands under final names, what keeps files from them, and what file systems refuse. */
import { type Defect, edit } from '../defect.ts';

const oddDisk = 'test/models/odd-disk.test.ts';
const crash = 'test:crash --first 1 --seeds 12 --no-points';
const contract = 'src/stores/disk/sink.test.ts';
const model = 'test/flow/model.test.ts';
const fuzz = 'fuzz records --seed defects --count 3000';

export const names: readonly Defect[] = [
  {
    name: 'older-version-by-file-times',
    breaks:
      'Whether a file was the newest hung on the time that it had at the sink: where that was another one (FAT, a touch), a late older version took its place.',
    edits: [
      edit(
        'src/files/incoming/receive-context.ts',
        "    if (published === undefined) return newest > upload ? 'newer' : 'nothing';",
        "    if (published === undefined) return 'nothing';",
      ),
    ],
    seekers: [oddDisk, model, crash],
    tests: ['test/flow/order.test.ts'],
  },
  {
    name: 'own-temporary-file-locked-out',
    breaks:
      'Killed between chmod and rename, a downloader without rights could not open its own temporary file again, and waited for ever.',
    edits: [
      edit(
        'src/stores/disk/handles.ts',
        `      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      const stats = await lstat`,
        `      if (error !== undefined) throw error;
      const stats = await lstat`,
      ),
    ],
    seekers: [oddDisk, crash],
    tests: ['src/stores/disk/temporary-files.test.ts'],
  },
  {
    name: 'two-spellings-at-once',
    breaks:
      'Where upper and lower case are one, two spellings of a pack were both received, and one was overwritten.',
    edits: [
      edit(
        'src/stores/disk/final-names.ts',
        `    for (let claim = this.#claims.get(folded); claim !== undefined; claim = this.#claims.get(folded))
      await claim.catch(() => {});
`,
        '',
      ),
    ],
    seekers: [oddDisk, contract, crash],
    tests: ['src/stores/disk/final-names.test.ts'],
  },
  {
    name: 'set-aside-over-what-stands',
    breaks:
      'What was set aside took the place of whatever had its name: a file of the user, or another version that was wrong.',
    edits: [
      edit(
        'src/stores/disk/final-names.ts',
        "      if (claim === undefined) await writeFile(full, '', { flag: 'wx' });\n",
        '',
      ),
    ],
    seekers: [contract, fuzz, crash],
    tests: [contract],
  },
  {
    name: 'set-aside-without-its-id',
    breaks:
      'With names of 239 bytes and more the id was cut off, so that wrong bytes took the name of a verified file.',
    edits: [
      edit(
        'src/files/receive/set-aside.ts',
        '    yield folder + cut(name, segmentLimit - end.length) + end;',
        '    yield folder + cut(`${name}.${upload}`, segmentLimit - suffix.length) + suffix;',
      ),
    ],
    seekers: ['test/models/spoilt.test.ts', fuzz, model],
    tests: ['src/files/receive/set-aside.test.ts'],
  },
  {
    name: 'set-aside-again-and-again',
    breaks:
      'What was read again and did not match was kept under one more name each time, until the disk was full.',
    edits: [
      edit(
        'src/files/receive/set-aside.ts',
        '        if (!isSame) continue;',
        "        if (!isSame || name !== '') continue;",
      ),
    ],
    seekers: ['test/models/spoilt.test.ts', fuzz, model],
    tests: ['test/flow/hostile.test.ts'],
  },
  {
    name: 'link-in-the-way-of-a-folder',
    breaks:
      'A folder that the sink had used, and that was swapped for a link, was written through: files stood outside of the sink.',
    edits: [
      edit(
        'src/stores/disk/final-names.ts',
        '      const mtime = await folders.within(target, move, since);',
        '      const mtime = await move(folders.pathOf(folder));\n      void since;',
      ),
    ],
    seekers: [oddDisk, fuzz, crash],
    tests: ['src/stores/disk/way.test.ts'],
  },
  {
    name: 'link-in-the-way-of-a-source',
    breaks:
      'A folder that was swapped for a link while a file waited for its age sent a file from outside of --from.',
    edits: [
      edit(
        'src/stores/disk/source.ts',
        'this.#followSymlinks ? calls.open(join(this.place, path), flags) : this.#way.open(path, flags),',
        'calls.open(join(this.place, path), flags),',
      ),
      edit(
        'src/stores/disk/source.ts',
        '    if (!this.#followSymlinks && !(await this.#way.isFree(folderOf(path)))) return undefined;\n',
        '    void folderOf;\n',
      ),
    ],
    seekers: [oddDisk, crash],
    tests: ['src/stores/disk/way.test.ts'],
  },
  {
    name: 'link-in-the-way-of-a-temporary-file',
    breaks:
      'Small files were written through whatever link somebody had put where their temporary file goes.',
    edits: [
      edit(
        'src/stores/disk/whole-file.ts',
        '| constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);',
        '| constants.O_TRUNC;',
      ),
    ],
    seekers: [oddDisk, contract, crash],
    tests: ['src/stores/disk/temporary-files.test.ts'],
  },
  {
    name: 'temporary-file-changed-in-place',
    breaks: 'A temporary file that somebody changed, its size kept, was published with wrong bytes.',
    edits: [
      edit('src/stores/disk/part-watch.ts', '    this.#isOn = isOn;', '    this.#isOn = isOn && false;'),
    ],
    seekers: [oddDisk, contract, crash],
    tests: ['test/flow/changed-parts.test.ts'],
  },
  {
    name: 'one-name-waited-for-like-a-disk',
    breaks:
      'One name that may not be written (a folder of somebody else) was waited for as a disk is: nothing arrived any more, and --once never ended.',
    edits: [
      edit(
        'src/files/shared/fault-scope.ts',
        `  'EACCES',
  'EBUSY',`,
        `  'EBUSY',`,
      ),
      edit('src/files/shared/fault-scope.ts', "  'EPERM',\n  'EROFS',", "  'EROFS',"),
    ],
    seekers: [oddDisk, 'test:crash --first 1 --seeds 30 --no-points'],
    tests: ['src/files/shared/fault-scope.test.ts'],
  },
  {
    name: 'refused-name-not-tried-again',
    breaks:
      'A file whose name was refused was failed and its bytes removed: it never came, though the name was put right.',
    edits: [
      edit(
        'src/files/receive/held-files.ts',
        '  return isPermanent(error) && error.code !== undefined && !never.has(error.code);',
        '  return isPermanent(error) && error.code !== undefined && never.has(error.code) && false;',
      ),
    ],
    seekers: [oddDisk, 'test:crash --first 1 --seeds 30 --no-points'],
    tests: ['test/flow/held-files.test.ts'],
  },
  {
    name: 'content-held-back-for-its-attributes',
    breaks:
      'Where a file system refuses chmod, times or the fsync of folders, nothing arrived and it waited for ever.',
    edits: [
      edit(
        'src/stores/disk/refusals.ts',
        "  return codes.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');",
        "  return codes.has((error as NodeJS.ErrnoException | undefined)?.code ?? '') && false;",
      ),
    ],
    seekers: [oddDisk, 'test:crash --first 1 --seeds 30 --no-points'],
    tests: ['src/stores/disk/foreign.test.ts'],
  },
  {
    name: 'no-descriptor-left',
    breaks: 'Where the system had no descriptor left, it waited for ever while it held 128 open itself.',
    edits: [
      edit(
        'src/stores/disk/handles.ts',
        "        if (code !== 'EMFILE' && code !== 'ENFILE') throw error;",
        "        if (code !== '') throw error;",
      ),
    ],
    seekers: [oddDisk, contract, crash],
    tests: ['src/stores/disk/temporary-files.test.ts'],
  },
  {
    name: 'other-spelling-taken-for-the-file',
    breaks:
      'On a file system where upper and lower case are one, a file whose name changed its case alone was taken for received, for it stood there under its former name; when that went, it was gone.',
    edits: [
      edit(
        'src/stores/disk/disk-sink.ts',
        'if (isNew || this.#names.otherSpelling(target) !== undefined) return undefined;',
        'if (isNew) return undefined;',
      ),
    ],
    seekers: [contract],
    tests: ['src/stores/disk/other-spelling.test.ts'],
  },
  {
    name: 'other-spelling-stays-in-the-journal',
    breaks: 'A name that went was in the way of its other spelling until that was written down.',
    edits: [
      edit('src/stores/disk/journal.ts', '.find((other) => !this.#fresh.has(other))', '.find(() => true)'),
    ],
    seekers: [contract],
    tests: ['src/stores/disk/other-spelling.test.ts'],
  },
  {
    name: 'holes-filled-with-zeros',
    breaks: 'A sparse file of 200 MB that takes no room at the source took 200 MB at the sink.',
    edits: [
      edit(
        'src/stores/disk/part-file.ts',
        '  const runs = runsOf(bytes, position);',
        '  const runs = runsOf(bytes.subarray(0, 0), position);',
      ),
    ],
    seekers: [oddDisk, contract, crash],
    tests: ['src/stores/disk/temporary-files.test.ts'],
  },
  {
    name: 'times-as-they-were-wanted',
    breaks:
      'The journal held the time that was wanted, and not the one that the file got: what could not be held was taken for changed, and written again.',
    edits: [
      edit(
        'src/stores/disk/file-look.ts',
        `    const kept = await this.#giveTime(file, wanted);
    this.#keepsTimes ||= isExact(wanted, kept);
    return kept;`,
        `    const kept = await this.#giveTime(file, wanted);
    this.#keepsTimes ||= isExact(wanted, kept);
    return wanted;`,
      ),
    ],
    seekers: [oddDisk, contract, 'test:crash --first 1 --seeds 30 --no-points'],
    tests: ['src/stores/disk/foreign.test.ts'],
  },
];
