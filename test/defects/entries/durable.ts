/** What a sink remembers, and what is durable when it does. */
import { type Defect, edit } from '../defect.ts';

const positionsModel = 'test/models/positions.test.ts';
const sinkModel = 'test/models/sink.test.ts';
const checkpoint = 'test/models/checkpoint.test.ts';
const oddDisk = 'test/models/odd-disk.test.ts';
const crash = 'test:crash --first 1 --seeds 12 --no-points';
const power = 'test:powercut --files 30 --large 3000000 --every 10';
const contract = 'src/stores/disk/sink.test.ts';

export const durable: readonly Defect[] = [
  {
    name: 'rename-forgotten-before-durable',
    breaks:
      'What was renamed while a checkpoint made folders durable was written down as published before its rename was: a power cut took the file, and the position was behind its chunks.',
    edits: [
      edit(
        'src/stores/disk/disk-sink.ts',
        `    const noted = this.#journal.noted();
    const changed = this.#folders.takeChanged();
    const sync = () => this.#handles.withDescriptor(() => this.#folders.sync(changed));
    await (this.#told === undefined ? sync() : this.#told.settle(changed, sync));
`,
        `    const changed = this.#folders.takeChanged();
    const sync = () => this.#handles.withDescriptor(() => this.#folders.sync(changed));
    await (this.#told === undefined ? sync() : this.#told.settle(changed, sync));
    const noted = this.#journal.noted();
`,
      ),
    ],
    seekers: [sinkModel, checkpoint, power, crash],
    tests: ['src/stores/disk/durable.test.ts'],
  },
  {
    name: 'folder-noted-before-its-entry',
    breaks:
      'A folder counted as changed before the entry was in it: a checkpoint in between made it durable without, and never again.',
    edits: [
      edit(
        'src/stores/disk/folders.ts',
        `    const isNew = await this.#way.within(above, (path) =>`,
        `    this.#changed.add(above);
    const isNew = await this.#way.within(above, (path) =>`,
      ),
      edit(
        'src/stores/disk/folders.ts',
        `    this.#changed.add(above);
    const unsettled = this.#unsettled.get(above);
    if (unsettled === undefined) this`,
        `    const unsettled = this.#unsettled.get(above);
    if (unsettled === undefined) this`,
      ),
      edit(
        'src/stores/disk/final-names.ts',
        `      const mtime = await folders.within(target, move, since);
      folders.touch(folder);
`,
        `      folders.touch(folder);
      const mtime = await folders.within(target, move, since);
`,
      ),
    ],
    seekers: [sinkModel, checkpoint, power, crash],
    tests: ['src/stores/disk/durable.test.ts'],
  },
  {
    name: 'folders-that-stood-are-not-made-durable',
    breaks:
      'A folder that a killed run had made was used without being made durable: a power cut took it, with all in it.',
    edits: [
      edit(
        'src/stores/disk/folders.ts',
        `    this.#changed.add(above);
    const unsettled = this.#unsettled.get(above);
    if (unsettled === undefined) this`,
        `    if (isNew) this.#changed.add(above);
    const unsettled = this.#unsettled.get(above);
    if (unsettled === undefined) this`,
      ),
    ],
    seekers: [sinkModel, checkpoint, power, crash],
    tests: ['src/stores/disk/durable.test.ts'],
  },
  {
    name: 'damage-of-the-journal-for-ever',
    breaks: 'A damaged page that was met late made every run end with the same error, for ever.',
    edits: [
      edit(
        'src/stores/disk/journal.ts',
        `    if (!isDamage(error)) return systemErrorOf(error);
    this.#database.close();`,
        `    if (error !== undefined) return systemErrorOf(error);
    this.#database.close();`,
      ),
    ],
    seekers: [oddDisk, contract, crash],
    tests: ['test/flow/sink-lost.test.ts'],
  },
  {
    name: 'damage-by-its-whole-code',
    breaks: 'SQLite says in upper bytes what exactly is damaged: such a journal was not taken for damaged.',
    edits: [
      edit(
        'src/stores/disk/journal-fault.ts',
        `  const result = codeOf(error) & 0xff;
  return result === results.corrupt`,
        `  const result = codeOf(error);
  return result === results.corrupt`,
      ),
    ],
    seekers: [oddDisk, contract, crash],
    tests: ['src/stores/disk/journal-fault.test.ts'],
  },
  {
    name: 'lost-sink-waited-for',
    breaks:
      'Where the folder of a sink, or what it keeps, was removed while files came, nothing came any more until a restart.',
    edits: [
      edit(
        'src/stores/disk/own-folder.ts',
        `    throw new SinkLostError(\`somebody removed \${join(this.#place, ownFolder)} while files came\`);`,
        `    throw Object.assign(new SinkLostError(join(this.#place, ownFolder)), { code: 'EIO', errno: -5 });`,
      ),
      edit(
        'src/files/download.ts',
        'const mayGoOn = error instanceof SinkLostError && ',
        'const mayGoOn = error === undefined && ',
      ),
    ],
    seekers: [oddDisk, crash],
    tests: ['test/flow/sink-lost.test.ts'],
  },
  {
    name: 'checkpoint-of-sqlite-in-silence',
    breaks:
      'SQLite moved its log by itself and told nobody when the disk failed: the next fsync proved nothing.',
    edits: [
      edit(
        'src/stores/disk/journal-fault.ts',
        '  const syscall = calls.get(codeOf(error));',
        '  const syscall = undefined as string | undefined;',
      ),
    ],
    seekers: [oddDisk, crash],
    tests: ['src/stores/disk/journal-fault.test.ts'],
  },
  {
    name: 'failing-close-unhandled',
    breaks:
      'What the system could not keep, and said at the closing of an idle file (NFS with a quota), ended the process.',
    edits: [
      edit(
        'src/stores/disk/handles.ts',
        '      closing.push(this.#close(file, entry).catch(() => {}));',
        '      closing.push(this.#close(file, entry));',
      ),
    ],
    seekers: [oddDisk, contract, crash],
    tests: ['src/stores/disk/temporary-files.test.ts'],
  },
  {
    name: 'copy-of-a-sink-believed',
    breaks:
      'A sink that was copied, or put back from a backup, went on where the other was: what it lacked never came, exit code 0.',
    edits: [
      edit(
        'src/stores/disk/journal-place.ts',
        '  if (before === place) return false;',
        '  if (before !== undefined) return false;',
      ),
    ],
    seekers: [oddDisk, crash],
    tests: ['test/flow/sink-past.test.ts'],
  },
  {
    name: 'expired-positions-begin-at-the-end',
    breaks:
      'Where the cluster had forgotten a group (after seven days), --from-offset end was heeded again by a sink that had a past: what came meanwhile never arrived.',
    edits: [
      edit(
        'src/files/run/positions.ts',
        '  if (own === undefined && committed.size === 0) return undefined;',
        '  if (committed.size === 0) return undefined;',
      ),
    ],
    seekers: [positionsModel, checkpoint, crash],
    tests: ['test/flow/sink-past.test.ts'],
  },
  {
    name: 'position-behind-the-end',
    breaks:
      'A position behind the end of a log that was cut: --once read nothing, said nothing, and what was appended below it was skipped for ever.',
    edits: [
      edit('src/files/run/positions.ts', '    if (safe <= end) {', '    if (safe >= 0) {'),
      edit(
        'src/files/run/positions.ts',
        '  const agreed = await kafka.agreement(topic.name, read);',
        '  const agreed = new Map<number, number>();\n  void read;',
      ),
    ],
    seekers: [positionsModel, checkpoint, crash],
    tests: ['test/flow/cut-positions.test.ts'],
  },
  {
    name: 'only-changed-positions-committed',
    breaks: 'A downloader that had nothing to do for a week committed nothing: its group expired under it.',
    edits: [
      edit(
        'src/files/run/safe-offsets.ts',
        '      if (isDue || safe !== this.#committed.get(partition))',
        '      if (safe !== this.#committed.get(partition))',
      ),
    ],
    seekers: [positionsModel, checkpoint, crash],
    tests: ['src/files/run/safe-offsets.test.ts'],
  },
  {
    name: 'open-uploads-of-any-topic',
    breaks: 'A second topic into one folder ended with exit code 3, for what was under way on the first.',
    edits: [
      edit(
        'src/files/run/positions.ts',
        "  const own = uploads.filter((one) => one.topic === '' || one.topic === topic.id);",
        '  const own = [...uploads];',
      ),
    ],
    seekers: [oddDisk, crash],
    tests: ['test/flow/sink-past.test.ts'],
  },
  {
    name: 'shut-folders-keep-what-went',
    breaks:
      'A folder without write permission that went at its source before what was in it, as its record may come first, kept that for ever, told as failed: its downloader had no right to take it out.',
    edits: [
      edit(
        'src/stores/disk/told-folders.ts',
        '    return [...found, ...own];',
        '    return own.length > 0 ? found : [...found, ...own];',
      ),
    ],
    seekers: [],
    tests: ['src/stores/disk/told-folders.test.ts'],
  },
];
