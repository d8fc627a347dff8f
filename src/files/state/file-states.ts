/**
 * What is remembered of each file, in as few bytes as text can be: an uploader may remember hundreds of thousands for
 * every one that it has under way. An entry is one short text; what most files have alike is left out of it.
 */
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type { FileState, Fingerprint, SentVersion } from '../../records/state-record.ts';
import type { Stripe } from '../../records/stripes.ts';
import type { KnownContents } from './known-contents.ts';

/** A fingerprint's change time that is its modification time, as of most files. */
const same = '=';

type Facts = readonly [
  size: number,
  mtime: string,
  digest: string | 0,
  partition: number,
  first: number,
  last: number,
  /** Whose bytes it has, as a copy; since which offset these stand, as a delta; or where its chunks stand, if it is striped. */
  of?: Source | number | readonly Stripe[],
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
  sealed?: string | 0,
  marks?: Marks,
];
/** What few files have: they are links or folders, are one with another, or stand at sinks by a version of which nothing else is remembered. */
type Kind = NonNullable<FileState['kind']>;
type Marks = Kind | 'stands' | `${Kind} stands` | `one ${string}`;

const states = ['sent', 'sending', 'aborted'] as const;

export class FileStates {
  readonly #entries = new Map<string, string>();
  /** Ids of topics: few, and in every entry. */
  readonly #topics: string[] = [];
  readonly #contents: KnownContents | undefined;

  /** `contents`: is told of each change. */
  constructor(contents?: KnownContents) {
    this.#contents = contents;
  }

  get size(): number {
    return this.#entries.size;
  }

  paths(): IterableIterator<string> {
    return this.#entries.keys();
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  get(path: string): FileState | undefined {
    const entry = this.#entries.get(path);
    return entry === undefined ? undefined : this.#unpack(entry);
  }

  set(path: string, state: FileState): void {
    this.#contents?.change(path, this.get(path), state);
    this.#entries.set(path, this.#pack(state));
  }

  delete(path: string): void {
    this.#contents?.change(path, this.get(path), undefined);
    this.#entries.delete(path);
  }

  *[Symbol.iterator](): Generator<[path: string, state: FileState]> {
    for (const [path, entry] of this.#entries) yield [path, this.#unpack(entry)];
  }

  #pack(file: FileState): string {
    const { upload, fingerprint, digest = 0, partition, first, last, acked } = file;
    const { checksum = 0, before, sealed } = file;
    const marks = marksOf(file);
    const { size, mtime, ctime } = fingerprint;
    const facts: Facts = [size, mtime, digest, partition, first, last, ...sourceOf(file)];
    const topic = this.#numberOf(file.topic);
    const state = states.indexOf(file.state);
    const look = [ctime === mtime ? same : ctime, nodeOf(fingerprint)] as const;
    const common = [topic, state, upload, facts, ...look, acked === size ? -1 : acked] as const;
    const standing = before === undefined ? 0 : ([before.upload, factsOf(before)] as const);
    const entry: Entry =
      marks !== undefined
        ? [...common, checksum, standing, sealed ?? 0, marks]
        : sealed !== undefined
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
    const [topic, state, upload, facts, ctime, node, acked, checksum, before, sealed, marks] = entry;
    const [size, mtime, digest, partition, first, last, of] = facts;
    return {
      topic: this.#topics[topic]!,
      upload,
      state: states[state]!,
      fingerprint: { size, mtime, ctime: ctime === same ? mtime : ctime, ...ofNode(node) },
      partition,
      first,
      last,
      acked: acked === -1 ? size : acked,
      ...(checksum ? { checksum } : {}),
      ...(digest === 0 ? {} : { digest }),
      ...ofSource(of),
      ...(before ? { before: versionOf(...before) } : {}),
      ...(sealed ? { sealed } : {}),
      ...(marks === undefined ? {} : marked(marks)),
    };
  }

  #numberOf(topic: string): number {
    const known = this.#topics.indexOf(topic);
    return known === -1 ? this.#topics.push(topic) - 1 : known;
  }
}

/** What is known of the inode as one text: no room of its own is worth it. Two fields at the most, where nobody asked for attributes. */
function nodeOf({ inode, mode, owner, xattrs, acls }: Fingerprint): string {
  const fields = [inode, mode, owner, xattrs, acls];
  while (fields.at(-1) === undefined) fields.pop();
  return fields.join(' ');
}

function ofNode(text: string): Omit<Fingerprint, 'size' | 'mtime' | 'ctime'> {
  const [inode = '', mode, owner, xattrs, acls] = text.split(' ');
  return {
    inode,
    ...(mode && { mode }),
    ...(owner && { owner }),
    ...(xattrs && { xattrs }),
    ...(acls && { acls }),
  };
}

function marksOf({ kind, stands, linked }: FileState): Marks | undefined {
  if (linked !== undefined) return `one ${linked}`;
  if (!stands) return kind;
  return kind === undefined ? 'stands' : `${kind} stands`;
}

function marked(marks: Marks): Pick<FileState, 'kind' | 'stands' | 'linked'> {
  if (marks.startsWith('one ')) return { linked: marks.slice(4) };
  const kind = (['link', 'folder'] as const).find((one) => marks.startsWith(one));
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(marks.endsWith('stands') ? { stands: true as const } : {}),
  };
}

function factsOf(version: SentVersion): Facts {
  const { size, mtime, digest, partition, first, last } = version;
  return [size, mtime, digest, partition, first, last, ...sourceOf(version)];
}

function versionOf(upload: string, [size, mtime, digest, partition, first, last, of]: Facts): SentVersion {
  const place = { partition, first, last, ...ofSource(of) };
  return { upload, size, mtime, digest: String(digest), ...place };
}

type Source = readonly [upload: string, path: string, partition: number, first: number, last: number];
type Made = Pick<FileState, 'of' | 'since' | 'stripes'>;

function sourceOf({ of, since, stripes }: Made): [] | [NonNullable<Facts[6]>] {
  if (of !== undefined) return [[of.upload, of.path, of.partition, of.first, of.last]];
  const other = since ?? stripes;
  return other === undefined ? [] : [other];
}

function ofSource(of: Facts[6]): Made {
  if (of === undefined) return {};
  if (typeof of === 'number') return { since: of };
  if (isStripes(of)) return { stripes: of };
  const [upload, path, partition, first, last] = of;
  return { of: { upload, path, partition, first, last } };
}

function isStripes(of: Source | readonly Stripe[]): of is readonly Stripe[] {
  return typeof of[0] !== 'string';
}
