/**
 * What one uploader remembers, kept in `T.state`: read once at the start, written behind every acknowledgement. Never
 * one growing record: a file is a key. Beside the files stand the uploader's marks ({@link Ready}): what holds for all of them.
 */
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import type { NamesKey } from '../../records/names-key.ts';
import {
  decodeStateRecord,
  encodeLease,
  encodeOrigin,
  encodeReady,
  type FileState,
  type Lease,
  type Origin,
  type Ready,
  type StateRecord,
  statePartition,
  stateUploader,
} from '../../records/state-record.ts';
import { DamagedRecords } from './damaged-records.ts';
import { endsBehind, isSameReady, newestOfAll } from './ends-behind.ts';
import { FileStates } from './file-states.ts';
import type { KnownContents } from './known-contents.ts';
import { leaseIn, type StandingLease } from './lease.ts';
import { seenState } from './seen-state.ts';
import { StateNames } from './state-names.ts';
import { WriteBehind } from './write-behind.ts';

export interface UploadStateOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly partitions: number;
  readonly uploader: string;
  /** Names are encrypted by it. */
  readonly names?: NamesKey | undefined;
  readonly contents?: KnownContents | undefined;
}

export class UploadState {
  readonly #options: UploadStateOptions;
  readonly #partition: number;
  readonly #files: FileStates;
  readonly contents: KnownContents | undefined;
  readonly #names: StateNames;
  readonly #behind: WriteBehind;
  #damaged: readonly Uint8Array[] = [];
  /** Restored and not yet written. */
  readonly #restored = new Set<string>();
  #lease: StandingLease | undefined;
  #end = 0;
  #readTo = 0;
  #origin: Origin | undefined;
  #newOrigin: Origin | undefined;
  #isOfAll = false;
  #ready: Ready | undefined;
  /** Of these marks {@link makeReady} writes what is not written yet. */
  #marks: Partial<Ready> = {};
  #topicId: string | undefined;

  constructor(options: UploadStateOptions) {
    this.#options = options;
    this.contents = options.contents;
    this.#files = new FileStates(options.contents);
    this.#partition = statePartition(options.uploader, options.partitions);
    this.#names = new StateNames(options.uploader, options.names);
    this.#behind = new WriteBehind(options.topic, this.#partition);
  }

  /** Reads this uploader's records. Throws FormatError for a damaged one that none has replaced; `mend`: {@link makeReady} forgets it. */
  async load(mend = false): Promise<void> {
    const { topic, uploader } = this.#options;
    const damaged = new DamagedRecords(`${topic}, partition ${this.#partition}`);
    this.#end = this.#readTo = await this.#read(0, (record) => {
      // What others wrote is not read: a fault in it is theirs.
      const whose = stateUploader(record);
      if (whose !== uploader && whose !== '') return;
      damaged.take(record, () => this.#take(decodeStateRecord(record), record.offset));
    });
    if (!mend) damaged.throwIfAny();
    this.#damaged = damaged.keys;
    // What stood before it is not the newest.
    for (const record of damaged.forgetting) this.#take(record, this.#end);
    this.#names.hasRead();
  }

  /** This uploader's leases from an offset on, oldest first; `null`: given back. */
  async leasesFrom(offset: number): Promise<(StandingLease | null)[]> {
    const found: (StandingLease | null)[] = [];
    await this.#read(offset, (record) => {
      const lease = leaseIn(record, this.#options.uploader);
      if (lease !== undefined) found.push(lease);
    });
    return found;
  }

  /** Reads the partition from an offset to its present end, which it resolves with. */
  async #read(offset: number, each: (record: ConsumedRecord) => void): Promise<number> {
    const { kafka, topic } = this.#options;
    return kafka.readToEnd(topic, this.#partition, offset, each);
  }

  #take(decoded: StateRecord, offset: number): void {
    if (decoded.kind === 'lease') {
      this.#lease = decoded.lease === null ? undefined : { ...decoded.lease, offset };
    } else if (decoded.kind === 'origin') {
      this.#origin = decoded.origin ?? undefined;
    } else if (decoded.kind === 'ready') {
      this.#ready = decoded.ready ?? undefined;
      this.#marks = decoded.ready ?? {};
    } else {
      const { path, state } = this.#names.read(decoded.path, decoded.state) ?? {};
      if (path !== undefined && state === null) this.#files.delete(path);
      else if (path !== undefined && state) this.#files.set(path, state);
    }
  }

  /** Where records wait to be acknowledged. */
  get behind(): WriteBehind {
    return this.#behind;
  }

  get lease(): StandingLease | undefined {
    return this.#lease;
  }

  /** The Kafka offset up to which the state was read. */
  get end(): number {
    return this.#end;
  }

  /** Since when the partition tells; undefined when it does not say. */
  get origin(): Origin | undefined {
    return this.#origin;
  }

  /** True when every file of this uploader that stands on the files topic of this id is told here. */
  isReady(topicId: string): boolean {
    return this.#ready?.topic === topicId;
  }

  /** Every path that is remembered, and what {@link get} says of it; made while it is asked for. */
  *files(): Generator<[path: string, state: FileState]> {
    for (const [path, state] of this.#files) yield [path, this.#seen(state)];
  }

  /** Every path that is remembered. */
  get paths(): Iterable<string> {
    return this.#files.paths();
  }

  get size(): number {
    return this.#files.size;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** What was sent, and is to be sent anew, is told as given up. */
  get(path: string): FileState | undefined {
    const state = this.#files.get(path);
    return state === undefined ? undefined : this.#seen(state);
  }

  /** What stood at the source's root when files of it were last seen; undefined when nobody has said so yet. */
  get root(): string | undefined {
    return this.#marks.root;
  }

  /** Ids of new versions are to be greater: no path's former id is, which may not be told here any more. */
  get floor(): string | undefined {
    const { resend = '', forgotten = '' } = this.#marks;
    return (resend > forgotten ? resend : forgotten) || undefined;
  }

  /** Remembers; written behind, in order. {@link WriteBehind} tells of failures. */
  set(path: string, state: FileState): void {
    this.#files.set(path, state);
    this.#write(path, state);
  }

  #write(path: string, state: FileState | null): void {
    for (const record of this.#names.encode(path, state)) this.#behind.write(record);
  }

  /** Takes over what was found out from the files topic itself; {@link makeReady} writes it. */
  restore(path: string, state: FileState): void {
    this.#files.set(path, state);
    this.#restored.add(path);
  }

  /** Says, for the others too, since when the partition tells; {@link makeReady} writes it. */
  beginAt(origin: Origin): void {
    this.#newOrigin = origin;
  }

  /** The same of all partitions, by whoever has made the topic. */
  beginAllAt(origin: Origin): void {
    this.#newOrigin = origin;
    this.#isOfAll = true;
  }

  /** How many files there are of which {@link makeReady} will write something. */
  get restored(): number {
    return this.#restored.size;
  }

  /** What was sent to another topic has not been sent. The ids stay known, so that every next version has a greater one. */
  countOnly(topicId: string): void {
    this.#topicId = topicId;
  }

  /** All that is remembered now is to be sent again; {@link makeReady} writes it, so that no run has to be told twice. */
  resendAll(): void {
    const resend = newestOfAll(this.#files, this.floor ?? '');
    if (resend !== '') this.#marks = { ...this.#marks, resend };
  }

  /** Where the files are, as far as they were seen; {@link makeReady} writes it. */
  beginUnder(root: string): void {
    this.#marks = { ...this.#marks, root };
  }

  /** Tells readers the key of names, for whom `to` marks; {@link makeReady} writes it. `wrap` makes it. */
  async tellNames(to: string, wrap: () => Promise<Omit<NonNullable<Ready['names']>, 'to'>>): Promise<void> {
    if (this.#marks.names?.to === to) return;
    this.#marks = { ...this.#marks, names: { ...(await wrap()), to } };
  }

  /**
   * Writes what was restored, and only then that nothing is missing: a run that is killed in between begins again. Then the marks.
   * Resolves once it is acknowledged.
   */
  async makeReady(topicId: string): Promise<void> {
    const ready = { ...this.#marks, topic: topicId };
    const isWritten = this.#newOrigin === undefined && this.#restored.size + this.#damaged.length === 0;
    if (isWritten && isSameReady(ready, this.#ready)) return;
    for (const key of this.#damaged) this.#behind.write({ key, value: null });
    this.#damaged = [];
    const hasRestored = this.#restored.size > 0;
    for (const path of this.#restored) this.set(path, this.#files.get(path)!);
    this.#restored.clear();
    if (this.#newOrigin !== undefined) this.#writeOrigin(this.#newOrigin);
    this.#origin = this.#newOrigin ?? this.#origin;
    this.#newOrigin = undefined;
    if (hasRestored) await this.#behind.flush();
    await this.#behind.write(encodeReady(this.#options.uploader, ready));
    this.#ready = ready;
  }

  /**
   * Forgets paths, for good, of which neither the source nor the topic has anything. What is lost with them is said first, for
   * this uploader (ids must go on growing) and for readers (who cannot name any more what stood there).
   */
  async forget(paths: readonly string[], topicId: string): Promise<void> {
    const lost = paths.flatMap((path) => {
      const state = this.#files.get(path);
      return state === undefined ? [] : [{ path, ...state }];
    });
    const marked = this.#marks.forgotten ?? '';
    const forgotten = lost.reduce((last, { upload }) => (upload > last ? upload : last), marked);
    this.#marks = { ...this.#marks, forgotten };
    await this.#readOrigin();
    // Where nobody knows since when this tells, there is nothing to take back.
    if (this.#origin !== undefined)
      this.beginAt({ ...this.#origin, topic: topicId, ends: endsBehind(lost, this.#origin, topicId) });
    await this.makeReady(topicId);
    for (const { path, upload } of lost) {
      await this.#behind.drained();
      // It is back, and was sent meanwhile.
      if (this.#files.get(path)?.upload !== upload) continue;
      this.#files.delete(path);
      this.#write(path, null);
    }
  }

  #writeOrigin(origin: Origin): void {
    const others = Array.from({ length: this.#isOfAll ? this.#options.partitions : 0 }).keys();
    this.#isOfAll = false;
    for (const partition of new Set([this.#partition, ...others]))
      this.#behind.write(encodeOrigin(origin), partition);
  }

  /** Others write it too, whose records stand in the same partition. */
  async #readOrigin(): Promise<void> {
    this.#readTo = await this.#read(this.#readTo, (record) => {
      if (stateUploader(record) !== '') return;
      const decoded = decodeStateRecord(record);
      if (decoded.kind === 'origin') this.#origin = decoded.origin ?? undefined;
    });
  }

  #seen(state: FileState): FileState {
    return seenState(state, this.#topicId, this.#marks.resend ?? '');
  }

  async writeLease(lease: Lease | null): Promise<number> {
    return (await this.#behind.append(encodeLease(this.#options.uploader, lease))).offset;
  }
}
