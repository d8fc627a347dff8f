/** Rebuilds files from records, in whatever order these come: chunks into temporary files, verified and published when complete; packs unpacked. */
import { crashPoint } from '../../crash-points.ts';
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord } from '../../kafka/contract.ts';
import { factsOf } from '../../records/file-facts.ts';
import type { Chunk, Ending, UploadRef } from '../../records/file-record.ts';
import { isOfNames } from '../../records/names-record.ts';
import type { TopicPositions, UnfinishedUpload } from '../../stores/contract.ts';
import { VanishedError } from '../../stores/vanished.ts';
import { ConflictError } from '../incoming/incoming-bytes.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import { IncomingUploads } from '../incoming/incoming-uploads.ts';
import { type Content, ReceiveContext, type ReceiveContextOptions } from '../incoming/receive-context.ts';
import { allDone } from '../shared/all-done.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import type { Keyring } from '../shared/keyring.ts';
import { admitAbort } from './admit-abort.ts';
import { type LackingOptions, nextOf } from './awaited.ts';
import { Copies } from './copies.ts';
import { endIfOlder } from './end-older.ts';
import { endIfStanding, failUpload, failWith, finishUpload, publishHeld } from './finish-upload.ts';
import { HeldFiles, isMendable } from './held-files.ts';
import { failAbandoned, failGone, failIncomplete, failLost, leavePartitions, nameOpen } from './left-open.ts';
import { isLockedRow, LockedRecords } from './locked-records.ts';
import { RecordOpener } from './open-record.ts';
import { type RecordPlace, refuseRecord } from './refused-record.ts';
import { restartUpload } from './restart-upload.ts';
import { syncOpen } from './sync-open.ts';
import { takeNames } from './take-names.ts';
import { setTooManyAside } from './too-many-open.ts';
import { type UnpackParts, unpack } from './unpack.ts';

export interface ReceiverOptions extends ReceiveContextOptions, LackingOptions {
  readonly keyring: Keyring;
  /** Takes work that nobody waits for; the run does not end before it. */
  readonly background: (work: Promise<void>) => void;
}

/** Uploads of an earlier run that are read back at a time. */
const restoredAtOnce = 4;
/** Temporary files that are made durable at a time; the disk sink has not more of them open. */
const syncedAtOnce = 128;

/** The work that a record began: a restart need not read it again, once that is through and {@link Receiver.checkpoint} has run. */
export interface Admitted {
  readonly finished: Promise<void>;
}

const nothing: Admitted = { finished: Promise.resolve() };

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #context: ReceiveContext;
  readonly #uploads: IncomingUploads;
  readonly #held: HeldFiles;
  readonly #opener: RecordOpener;
  readonly #copies: Copies;
  /** What no key opens. */
  readonly locked: LockedRecords;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#context = new ReceiveContext(options);
    this.#uploads = new IncomingUploads(this.#context);
    this.#held = new HeldFiles(this.#context, this.#uploads);
    this.#copies = new Copies(this.#context, this.#uploads);
    this.locked = new LockedRecords(options.topic, options.keyring.mark, options.sink.shared !== undefined);
    this.#opener = new RecordOpener(this.#context, this.#uploads, options.keyring, this.locked);
  }

  get openUploads(): number {
    return this.#uploads.open;
  }

  /** Goes on with what an earlier run left open, or another member of a group; what was complete already is verified and published beside the run. */
  restore(unfinished: readonly UnfinishedUpload[]): void {
    const complete: IncomingUpload[] = [];
    for (const one of unfinished) {
      const upload = this.locked.restore(one) ? undefined : this.#uploads.restore(one);
      if (upload === undefined) continue;
      this.#options.background(this.#counted(upload, endIfOlder(this.#context, this.#uploads, upload)));
      if (upload.close === undefined) continue;
      if (upload.complete) complete.push(upload);
      else if (upload.isFetched) this.#options.background(this.#fill(upload));
      else this.#options.onIncomplete(one.upload);
    }
    // Few at a time: there may be many that are held, and each is read back.
    const finished = fewAtOnce(complete, restoredAtOnce, (upload) => this.#finishIfComplete(upload));
    this.#options.background(finished.then(() => {}));
  }

  /** Takes the records of a partition in their order; await the result before the next one. What a record says never rejects: it is told, and passed over. */
  async admit(partition: number, record: ConsumedRecord): Promise<Admitted> {
    const place = { partition, offset: record.offset };
    this.#context.comes(partition, record);
    try {
      const opened = this.#opener.open(record, place);
      const decoded = opened instanceof Promise ? await opened : opened;
      if (decoded?.kind === 'chunk')
        return this.#opener.hold(decoded, record, await this.#admitChunk(decoded, partition, record.offset));
      if (decoded?.kind === 'pack')
        return this.#opener.hold(decoded, record, { finished: unpack(this.#parts(place), decoded) });
      if (decoded !== undefined && isOfNames(decoded))
        return { finished: takeNames(this.#parts(place), decoded) };
      if (decoded?.kind === 'abort') return { finished: admitAbort(this.#context, this.#uploads, decoded) };
      return decoded === undefined ? nothing : await this.#admitClose(decoded, place);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return { finished: refuseRecord(this.#context, this.#uploads, place, record, error) };
    }
  }

  /** Makes everything durable that is finished: safe offsets taken before this call may be committed after it. */
  async checkpoint(positions?: TopicPositions): Promise<void> {
    const failed = (upload: IncomingUpload, error: unknown): void =>
      this.#options.background(this.#failed(upload, error));
    const rows = await fewAtOnce(this.#uploads.dirty(), syncedAtOnce, (upload) =>
      syncOpen(this.#uploads, upload, failed),
    );
    crashPoint('checkpoint:after-parts');
    const open = rows.flatMap((row) => (row !== undefined && this.#uploads.get(row.upload) ? [row] : []));
    const locked = this.locked.take();
    for (const id of locked?.forget ?? []) await this.#options.sink.discard(id);
    await this.#options.sink.checkpoint([...open, ...(locked?.rows ?? [])], positions);
  }

  /**
   * No more bytes will come for these closed uploads: what is missing is named, what is there is discarded. An upload that
   * an earlier run published before it was killed stands at the sink: nothing of it is missing.
   */
  async failMissing(ids: Iterable<string>): Promise<void> {
    // The newest first: where it stands, older ones of its name are not wanted.
    for (const id of [...ids].sort().reverse()) {
      const upload = this.#uploads.get(id);
      if (upload?.close === undefined || upload.complete || upload.again !== undefined) continue;
      if (await endIfStanding(this.#context, this.#uploads, upload, upload.close)) continue;
      const next = await nextOf(this.#context, upload);
      if (next === 'wait') this.#options.onIncomplete(id);
      if (next === 'fill') this.#options.background(this.#fill(upload));
      if (next === 'fail') await this.#failIncomplete(upload);
      if (next !== 'again') continue;
      const cause = new VanishedError('its temporary file lacks bytes');
      this.#options.background(this.#again(upload, cause, true).then(() => this.#failIncomplete(upload)));
    }
  }

  /** Uploads of a topic that was deleted: nobody will ever send the rest. */
  async failGone(unfinished: readonly UnfinishedUpload[]): Promise<void> {
    const uploads = unfinished.filter((one) => !isLockedRow(one));
    const gone = uploads.flatMap((one) => this.#uploads.restore(one) ?? []);
    await failGone(this.#context, this.#uploads, gone);
  }

  /** Call it when all that the topic has was read. `earliest`: where each partition begins. */
  failAbandoned(earliest: ReadonlyMap<number, number>): Promise<void> {
    return failAbandoned(this.#context, this.#uploads, earliest);
  }

  /** Another member of the group reads these partitions now. */
  leave(partitions: ReadonlySet<number>): Promise<void> {
    this.locked.leave(partitions);
    return leavePartitions(this.#uploads, partitions);
  }

  /** Says which uploads wait for their uploaders. */
  nameOpen(): void {
    nameOpen(this.#context, this.#uploads);
  }

  /** Tries the names that could not be written, when it is time to; at the end of a run, as soon as something was removed in it. */
  async tryHeld({ isLast = false } = {}): Promise<void> {
    if (isLast) this.#held.hurryLast();
    await this.#held.tryAgain(async (upload) => {
      try {
        await publishHeld(this.#context, this.#uploads, this.#held, upload);
      } catch (error) {
        await this.#failed(upload, error);
      }
    });
    if (isLast) this.#held.tellAll();
  }

  #parts(place: RecordPlace): UnpackParts {
    return { context: this.#context, uploads: this.#uploads, held: this.#held, place };
  }

  #failIncomplete(upload: IncomingUpload): Promise<void> {
    return failIncomplete(this.#context, this.#uploads, upload, this.#options);
  }

  /** Gives back what open uploads hold in this process; nothing is admitted any more. */
  close(): void {
    this.#uploads.endAll();
  }

  /** The records of a file are gone from the topic, or of no use, and why; told unless this version of it, or a newer one, stands at the sink. */
  failLost(ref: UploadRef, content: Content, why: string): Promise<void> {
    return failLost(this.#context, this.#uploads, ref, content, why);
  }

  async #admitChunk(chunk: Chunk, partition: number, offset: number): Promise<Admitted> {
    if (this.#uploads.hasEnded(chunk.upload)) return nothing;
    const upload = this.#uploads.get(chunk.upload) ?? (await this.#uploads.begin(chunk, chunk.size));
    if (upload === undefined) return nothing;
    upload.mustBeOf(chunk, true);
    if (chunk.size !== upload.size)
      throw new FormatError(`a chunk of upload ${chunk.upload} disagrees with those before it on the size`);
    upload.saw(partition, offset);
    return { finished: this.#counted(upload, this.#take(upload, chunk)) };
  }

  /** The work that its record has begun, and that of setting aside what is one too many. */
  #counted(upload: IncomingUpload, work: Promise<void>): Promise<void> {
    const tooMany = this.#uploads.touch(upload);
    if (tooMany.length === 0) return work;
    return allDone([work, setTooManyAside(this.#context, this.#uploads, tooMany)]);
  }

  async #take(upload: IncomingUpload, chunk: Chunk): Promise<void> {
    try {
      await upload.take(chunk);
    } catch (error) {
      return this.#failed(upload, error);
    }
    this.#options.progress.advance(upload.ref.upload, chunk.bytes.length);
    await this.#finishIfComplete(upload);
  }

  async #admitClose(close: Ending, { partition, offset }: RecordPlace): Promise<Admitted> {
    if (this.#uploads.hasEnded(close.upload)) return nothing;
    const upload = this.#uploads.get(close.upload) ?? (await this.#uploads.begin(close, close.size));
    if (upload === undefined) return nothing;
    upload.mustBeOf(close, true);
    if (close.size !== upload.size) {
      const message = `its chunks say ${upload.size} bytes, its closing record ${close.size}`;
      const failure = { reason: 'conflicting-data', message, remains: 'discard' } as const;
      return { finished: failUpload(this.#context, this.#uploads, upload, failure) };
    }
    upload.close = factsOf(close);
    upload.saw(partition, offset);
    upload.dirty = true;
    const make = (): Promise<void> => this.#counted(upload, this.#fill(upload));
    if (close.kind === 'close') upload.named = close.stripes;
    if (this.#copies.takes(close)) return this.#copies.admit(upload, close, make);
    if (!upload.complete) this.#options.onIncomplete(close.upload);
    return { finished: this.#counted(upload, this.#finishIfComplete(upload)) };
  }

  async #finishIfComplete(upload: IncomingUpload): Promise<void> {
    // While it is fetched again, what has been claimed is not there; whoever fetches it looks here afterwards.
    if (upload.close === undefined || !upload.complete || upload.again !== undefined) return;
    try {
      await finishUpload(this.#context, this.#uploads, this.#held, upload, upload.close);
    } catch (error) {
      await this.#failed(upload, error);
    }
  }

  async #failed(upload: IncomingUpload, error: unknown): Promise<void> {
    // Its temporary file is gone, or may not be touched any more: a new one may be made.
    if (error instanceof VanishedError || isMendable(error)) return this.#again(upload, error, false);
    // What an earlier run left, or the sink's own file had, may be wrong: no record is blamed for that.
    const isDoubtful = upload.mayBeDamaged || upload.again !== undefined;
    if (error instanceof ConflictError && isDoubtful) return this.#again(upload, error, false);
    return failWith(this.#context, this.#uploads, upload, error);
  }

  /** Kafka still has what the temporary file had. The position stays behind whatever waits for this. */
  async #again(upload: IncomingUpload, cause: Error, keep: boolean): Promise<void> {
    upload.again ??= restartUpload(this.#context, this.#uploads, upload, cause, keep).finally(() => {
      upload.again = undefined;
    });
    await upload.again;
    if (this.#uploads.get(upload.ref.upload) !== upload) return;
    if (upload.close !== undefined && !upload.complete) this.#options.onIncomplete(upload.ref.upload);
    await this.#finishIfComplete(upload);
  }

  /** What was passed over, or of a copy all. */
  async #fill(upload: IncomingUpload): Promise<void> {
    try {
      upload.again = this.#copies.fill(upload).finally(() => {
        upload.again = undefined;
      });
      await upload.again;
    } catch (error) {
      return this.#failed(upload, error);
    }
    await this.#finishIfComplete(upload);
    // A newer version may come: then nobody misses what this one is made of.
    if (upload.isFetched && !upload.complete) this.#options.onIncomplete(upload.ref.upload);
    else await this.#failIncomplete(upload);
  }
}
