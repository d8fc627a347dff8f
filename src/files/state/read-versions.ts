/** Every version of every file that a files topic tells of, from its records alone. */
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import type { CopySource } from '../../records/copy-source.ts';
import type { DeltaParts } from '../../records/delta-parts.ts';
import { type Close, type FileRecord, refusedRef, type UploadRef } from '../../records/file-record.ts';
import { isOfVersions, type VersionsRecord } from '../../records/names-record.ts';
import { isOfMany, type SealedRecord } from '../../records/sealed-form.ts';
import type { Stripe } from '../../records/stripes.ts';
import { decodeTopicRecord } from '../../records/topic-record.ts';
import { versionOf } from '../../records/upload-id.ts';
import { Ranges } from '../incoming/ranges.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { ListedFile, ListedState } from '../shared/reading-options.ts';
import { madeHere, StandingStripes } from './made-here.ts';
import { type RecordsOf, standsWithin } from './standing-records.ts';

/** One version of one file, as far as the topic holds it. */
export interface Version extends UploadRef {
  /** `removed`: it went at the source, and this says so. */
  readonly state: 'complete' | 'sending' | 'aborted' | 'incomplete' | 'removed' | 'link' | 'folder';
  readonly size: number;
  /** Empty while it is not closed. */
  readonly digest: string;
  /** Nanoseconds since the epoch, decimal. */
  readonly mtime: string;
  /** Milliseconds since the epoch: of its closing record, or of its first. */
  readonly sentAt: number;
  readonly partition: number;
  /** Kafka offset of the first record with bytes of it that the topic still holds. */
  readonly first: number;
  /** It is a copy: whose bytes it has. */
  readonly of?: CopySource;
  /** It was sent as a delta: since which offset its bytes stand, and where the record that says so does. */
  readonly since?: number;
  readonly last?: number;
  /** It is striped, and closed: where its chunks stand. */
  readonly stripes?: readonly Stripe[] | undefined;
  /** It is striped. */
  readonly home?: number;
  readonly encrypted?: true;
  /** No key at hand opens it: its path may be a hash, and nobody knows its digest. */
  readonly locked?: true;
  /** The bytes of it that the topic holds, as far as keys at hand tell. */
  readonly ranges: Ranges;
  /** When its newest record was written, milliseconds since the epoch. */
  readonly at: number;
}

/** What a topic holds, and how many files of packs cannot be named, for no key at hand opens them. */
export interface Versions {
  readonly versions: readonly Version[];
  readonly locked: number;
}

type Draft = Omit<Version, 'state' | 'since'> & {
  readonly end: 'close' | 'abort' | VersionsRecord['kind'] | 'refused' | undefined;
  /** Of a delta: what it has of which former uploads. */
  readonly parts?: DeltaParts;
  /** Where records with bytes of it stand. */
  readonly standing: StandingStripes;
};

/** Kafka offsets by partition. */
export interface Span {
  readonly from: ReadonlyMap<number, number>;
  readonly until: ReadonlyMap<number, number>;
}

/**
 * Reads the topic from end to end, or a span of it. What is not as FORMAT.md says is passed over, and what it was to end is not complete.
 */
export async function readVersions(
  kafka: Kafka,
  topic: string,
  isWanted: (uploader: string, path: string) => boolean,
  keyring: Keyring,
  span?: Span,
): Promise<Versions> {
  const from = span?.from ?? (await kafka.offsets(topic, 'earliest'));
  const until = span?.until ?? (await kafka.offsets(topic, 'latest'));
  const stands = standsWithin(from, until);
  const read = async (drafts: Drafts): Promise<Drafts> => {
    for await (const batch of kafka.consumer({ topic, from, until, onGap: () => {} })) {
      for (const record of batch.records) {
        const opening = drafts.take(record, batch.partition);
        if (opening !== undefined) await opening;
      }
      batch.release();
    }
    return drafts;
  };
  const drafts = await read(new Drafts(isWanted, keyring));
  // Offsets that records name prove nothing: the topic may be a copy of another cluster's.
  const unseen = drafts.unseen();
  if (unseen.size === 0 || span !== undefined)
    return { versions: drafts.versions(stands), locked: drafts.locked };
  const named = (uploader: string, path: string): boolean => unseen.has(`${uploader}/${path}`);
  const others = await read(new Drafts(named, keyring));
  return { versions: drafts.versions(stands, others), locked: drafts.locked };
}

class Drafts {
  readonly #isWanted: (uploader: string, path: string) => boolean;
  readonly #drafts = new Map<string, Draft>();
  readonly #keyring: Keyring;
  locked = 0;

  constructor(isWanted: (uploader: string, path: string) => boolean, keyring: Keyring) {
    this.#isWanted = isWanted;
    this.#keyring = keyring;
  }

  /** Names of files whose bytes others have, and of which nothing was wanted. */
  unseen(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { uploader, of, parts } of this.#drafts.values())
      for (const { upload, path } of of === undefined ? (parts?.sources ?? []) : [of])
        if (!this.#drafts.has(keyOf({ uploader, path, upload }))) names.add(`${uploader}/${path}`);
    return names;
  }

  /** `stands`: whether the topic has these records, by their offsets; asked where no other reading tells. */
  versions(stands: (records: RecordsOf) => boolean, others?: Drafts): Version[] {
    const elsewhere = others === undefined ? undefined : others.#drafts;
    const sourceOf = (uploader: string, { path, upload }: Pick<CopySource, 'path' | 'upload'>) => {
      const key = keyOf({ uploader, path, upload });
      return this.#drafts.get(key) ?? elsewhere?.get(key);
    };
    const all = [...this.#drafts.values()].map((draft): Version => {
      const { end, parts, standing, ...plain } = draft;
      const version = {
        ...plain,
        ...madeHere(
          draft,
          (source) => sourceOf(draft.uploader, source),
          others === undefined ? stands : () => false,
        ),
      };
      if (end === 'abort') return { ...version, state: 'aborted' };
      if (end === 'remove') return { ...version, state: 'removed' };
      if (end === 'link' || end === 'folder') return { ...version, state: end };
      if (end === undefined) return { ...version, state: 'sending' };
      const isWhole = end === 'close' && (version.ranges.covers(version.size) || version.of !== undefined);
      return { ...version, state: isWhole ? 'complete' : 'incomplete' };
    });
    return all.map((version) => {
      const { uploader, of } = version;
      if (of === undefined || version.state !== 'complete') return version;
      const source = sourceOf(uploader, of);
      const isThere =
        source === undefined ? others === undefined && stands(of) : source.ranges.covers(source.size);
      return isThere ? version : { ...version, state: 'incomplete' };
    });
  }

  /** What is encrypted is taken when the result has settled. */
  take(record: ConsumedRecord, partition: number): Promise<void> | undefined {
    try {
      const decoded = decodeTopicRecord(record);
      if (decoded?.kind === 'sealed')
        return this.#takeSealed(decoded, record, partition).catch((error: unknown) =>
          this.#refuse(error, record, partition),
        );
      if (decoded !== undefined) this.#takeRecord(decoded, record, partition);
    } catch (error) {
      this.#refuse(error, record, partition);
    }
    return undefined;
  }

  #refuse(error: unknown, record: ConsumedRecord, partition: number): void {
    if (!(error instanceof FormatError)) throw error;
    const { kind, uploader, path, upload } = refusedRef(record);
    if (uploader === undefined || path === undefined || upload === undefined) return;
    const isEnd = kind === 'close' || kind === 'copy' || kind === 'delta' || kind === 'abort';
    const end = isEnd ? ({ end: 'refused' } as const) : {};
    this.#note({ uploader, path, upload }, record, partition, end);
  }

  async #takeSealed(sealed: SealedRecord, record: ConsumedRecord, partition: number): Promise<void> {
    const opened = await this.#keyring.open(sealed);
    if (opened !== undefined) return this.#takeRecord(opened, record, partition, { encrypted: true });
    const { of, uploader, files, size } = sealed;
    if (of === 'pack' && this.#isWanted(uploader, '')) this.locked += files;
    if (isOfMany(of)) return;
    // Of its chunks nobody knows what they hold.
    const end = of === 'chunk' ? {} : ({ end: of === 'close' ? 'close' : 'abort' } as const);
    const range = of === 'close' ? ([0, size] as const) : undefined;
    const marks = { encrypted: true, locked: true } as const;
    this.#note(sealed, record, partition, { size, ...end, ...marks }, range);
  }

  #takeRecord(
    decoded: FileRecord,
    record: ConsumedRecord,
    partition: number,
    marks: { readonly encrypted?: true } = {},
  ): void {
    if (decoded.kind === 'pack') {
      const { uploader } = decoded;
      for (const file of decoded.files)
        this.#note({ uploader, ...file }, record, partition, { ...marks, ...closedBy(file) }, [0, file.size]);
      for (const { path, upload } of decoded.refused) {
        if (path !== undefined && upload !== undefined)
          this.#note({ uploader, path, upload }, record, partition, { end: 'refused' });
      }
    } else if (decoded.kind === 'hard-link') {
      // Part of no version.
    } else if (isOfVersions(decoded)) {
      const { uploader } = decoded;
      for (const gone of decoded.entries)
        this.#note({ uploader, ...gone }, record, partition, { ...marks, end: decoded.kind });
    } else if (decoded.kind === 'chunk') {
      const { size, offset, bytes, home } = decoded;
      const where = home === undefined ? {} : { home };
      this.#note(decoded, record, partition, { ...marks, size, ...where }, [offset, offset + bytes.length]);
    } else if (decoded.kind === 'abort') {
      this.#note(decoded, record, partition, { ...marks, end: 'abort', sentAt: record.timestamp });
    } else {
      const of = decoded.kind === 'copy' ? { of: decoded.of } : {};
      const where = decoded.kind === 'close' ? stripesAt(decoded, record.offset, partition) : {};
      const closed = { ...marks, ...closedBy(decoded), ...of, ...where, sentAt: record.timestamp };
      const made = decoded.kind === 'delta' ? { parts: decoded.parts, last: record.offset } : {};
      this.#note(decoded, record, partition, { ...closed, ...made });
    }
  }

  #note(
    ref: UploadRef,
    { offset, timestamp }: ConsumedRecord,
    partition: number,
    changes: Partial<Draft>,
    range?: readonly [start: number, end: number],
  ): void {
    const { uploader, path, upload } = ref;
    if (!this.#isWanted(uploader, path)) return;
    const key = keyOf(ref);
    const before = this.#drafts.get(key) ?? {
      uploader,
      path,
      upload,
      size: 0,
      digest: '',
      mtime: `${versionOf(upload)}000`,
      sentAt: timestamp,
      partition,
      first: offset,
      ranges: new Ranges(),
      standing: new StandingStripes(),
      at: timestamp,
      end: undefined,
    };
    if (range !== undefined) {
      before.ranges.add(...range);
      before.standing.see(partition, offset);
    }
    // The first record that ends an upload counts: readers are through with it then.
    this.#drafts.set(key, before.end === undefined ? { ...before, ...changes, at: timestamp } : before);
  }
}

function keyOf({ uploader, path, upload }: UploadRef): string {
  return `${upload} ${uploader}/${path}`;
}

/** Of what is striped the records stand elsewhere too: the closing record's own partition counts, as in `T.state`. */
function stripesAt({ stripes }: Close, offset: number, partition: number) {
  if (stripes === undefined) return {};
  const first = stripes.find(([where]) => where === partition)?.[1] ?? offset;
  return { stripes, partition, first, last: offset };
}

/** What a closing record and an entry of a pack say. */
function closedBy({ size, digest, mtime }: Pick<Close, 'size' | 'digest' | 'mtime'>) {
  return { size, digest, mtime, end: 'close' as const };
}

/** True for a version of a name that is no file. */
export function isOther(state: ListedState): boolean {
  return state === 'removed' || state === 'link' || state === 'folder';
}

/** The newest version that is complete, unless the file went after it; where none is, the newest that was not given up. */
export function newestOf<T extends Pick<ListedFile, 'upload' | 'state'>>(
  versions: readonly T[],
): T | undefined {
  const standing = versions.filter(({ state }) => state !== 'aborted');
  const complete = standing.filter(({ state }) => state === 'complete' || isOther(state));
  const candidates = complete.length > 0 ? complete : standing;
  const newest = candidates.reduce<T | undefined>(
    (newest, one) => (newest === undefined || one.upload > newest.upload ? one : newest),
    undefined,
  );
  return newest?.state === 'removed' ? undefined : newest;
}
