/**
 * What is remembered of each file, in as few bytes as text can be: an uploader may remember hundreds of thousands for
 * every one that it has under way. An entry is one short text; what most files have alike is left out of it.
 */
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type { FileState, SentVersion } from '../../records/state-record.ts';

/** A fingerprint's change time that is its modification time, as of most files. */
const same = '=';

type Facts = readonly [
  size: number,
  mtime: string,
  digest: string | 0,
  partition: number,
  first: number,
  last: number,
];
type Entry = readonly [
  topic: number,
  state: number,
  upload: string,
  facts: Facts,
  ctime: string,
  inode: string,
  /** -1: all of it. */
  acked: number,
  checksum?: ChecksumAlgorithm | 0,
  before?: readonly [upload: string, facts: Facts] | 0,
  sealed?: string,
];

const states = ['sent', 'sending', 'aborted'] as const;

export class FileStates {
  readonly #entries = new Map<string, string>();
  /** Ids of topics: few, and in every entry. */
  readonly #topics: string[] = [];

  get size(): number {
    return this.#entries.size;
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  get(path: string): FileState | undefined {
    const entry = this.#entries.get(path);
    return entry === undefined ? undefined : this.#unpack(entry);
  }

  set(path: string, state: FileState): void {
    this.#entries.set(path, this.#pack(state));
  }

  delete(path: string): void {
    this.#entries.delete(path);
  }

  *[Symbol.iterator](): Generator<[path: string, state: FileState]> {
    for (const [path, entry] of this.#entries) yield [path, this.#unpack(entry)];
  }

  #pack(file: FileState): string {
    const { upload, fingerprint, digest = 0, partition, first, last, acked } = file;
    const { checksum = 0, before, sealed } = file;
    const { size, mtime, ctime, inode } = fingerprint;
    const facts: Facts = [size, mtime, digest, partition, first, last];
    const topic = this.#numberOf(file.topic);
    const state = states.indexOf(file.state);
    const look = [ctime === mtime ? same : ctime, inode] as const;
    const common = [topic, state, upload, facts, ...look, acked === size ? -1 : acked] as const;
    const standing = before === undefined ? 0 : ([before.upload, factsOf(before)] as const);
    const entry: Entry =
      sealed !== undefined
        ? [...common, checksum, standing, sealed]
        : standing !== 0
          ? [...common, checksum, standing]
          : checksum === 0
            ? common
            : [...common, checksum];
    return JSON.stringify(entry);
  }

  #unpack(text: string): FileState {
    const entry = JSON.parse(text) as Entry;
    const [topic, state, upload, facts, ctime, inode, acked, checksum, before, sealed] = entry;
    const [size, mtime, digest, partition, first, last] = facts;
    return {
      topic: this.#topics[topic]!,
      upload,
      state: states[state]!,
      fingerprint: { size, mtime, ctime: ctime === same ? mtime : ctime, inode },
      partition,
      first,
      last,
      acked: acked === -1 ? size : acked,
      ...(checksum ? { checksum } : {}),
      ...(digest === 0 ? {} : { digest }),
      ...(before ? { before: versionOf(...before) } : {}),
      ...(sealed === undefined ? {} : { sealed }),
    };
  }

  #numberOf(topic: string): number {
    const known = this.#topics.indexOf(topic);
    return known === -1 ? this.#topics.push(topic) - 1 : known;
  }
}

function factsOf({ size, mtime, digest, partition, first, last }: SentVersion): Facts {
  return [size, mtime, digest, partition, first, last];
}

function versionOf(upload: string, [size, mtime, digest, partition, first, last]: Facts): SentVersion {
  return { upload, size, mtime, digest: String(digest), partition, first, last };
}
