/**
 * Files that are whole and verified, and whose names may not be written: somebody else's folder, a folder where the file belongs,
 * an immutable file. Their bytes are kept as those of open uploads are, and the name is tried again, less and less often.
 */
import { describeError } from '../../errors.ts';
import { algorithmOf } from '../../records/checksum.ts';
import { type FileFacts, factsOf } from '../../records/file-facts.ts';
import type { UploadRef } from '../../records/file-record.ts';
import { OtherSpellingError } from '../../stores/other-spelling.ts';
import { ReplacedError } from '../../stores/replaced.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { Obstacles } from './obstacles.ts';

/** Milliseconds until a name is tried again: twice as long each time. */
const firstPause = 1000;
const longestPause = 60_000;
/** A name is not tried again for so many times what its last try took: a large file that is read back each time is none to be read all the time. */
const restAfterTry = 20;

/** Names that this file system can never hold, whatever somebody does there: nothing is kept for them. But a file may have two spellings for a while. */
const never = new Set([
  'EEXIST',
  'EFBIG',
  'EILSEQ',
  'EINVAL',
  'ENAMETOOLONG',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EOVERFLOW',
]);

/** True for an error of one name that somebody can put right, so that the file has only to wait. */
export function isMendable(error: unknown): error is NodeJS.ErrnoException {
  if (error instanceof OtherSpellingError) return true;
  return isPermanent(error) && error.code !== undefined && !never.has(error.code);
}

/** What stands in the way may be just going: a folder, file or link that was another version of a name, or its other spelling. */
const mayGo = new Set(['EEXIST', 'EISDIR', 'ELOOP', 'ENOTDIR', 'ENOTEMPTY']);

interface Held {
  readonly pause: number;
  due: number;
  /** When it was held first. */
  readonly since: number;
  /** What is to be told of it, and not yet: it may be over in a moment. */
  untold: string | undefined;
}

export class HeldFiles {
  /** What names wait for that have no bytes to be held. */
  readonly obstacles = new Obstacles();
  readonly #context: ReceiveContext;
  readonly #uploads: IncomingUploads;
  readonly #held = new Map<IncomingUpload, Held>();
  readonly #now: () => number;
  /** What is to be done once names were tried again; resolves with false while it is too soon. */
  #afterwards: (() => Promise<boolean>)[] = [];
  #isTrying = false;
  #hasHurried = false;

  /** `now` gives steady milliseconds. */
  constructor(context: ReceiveContext, uploads: IncomingUploads, now = () => performance.now()) {
    this.#context = context;
    this.#uploads = uploads;
    this.#now = now;
  }

  /** Keeps an upload that is verified, and says why it does not stand under its name. False when it cannot be kept: see {@link whyNotHeld}. */
  hold(upload: IncomingUpload, error: unknown): boolean {
    const before = this.#held.get(upload);
    if (!this.#context.canHold) return false;
    if (before === undefined && this.#held.size >= this.#context.options.maxOpen && !this.#hasRoom())
      return false;
    const pause = before === undefined ? firstPause : Math.min(longestPause, 2 * before.pause);
    const now = this.#now();
    const since = before?.since ?? now;
    const untold = upload.isHeldTold
      ? undefined
      : `cannot be written: ${describeError(error)}; its bytes are verified and kept, and the name is tried again`;
    this.#held.set(upload, { pause, due: now + pause, since, untold });
    // The next run has to know of it, for its records are not read again.
    if (!upload.isHeld) upload.dirty = true;
    upload.isHeld = true;
    const isNew = now - since < firstPause && mayGo.has((error as NodeJS.ErrnoException).code ?? '');
    if (!isNew) this.#tell(upload);
    return true;
  }

  /** Tells of those that were left in peace until now, for they may have been over in a moment. */
  tellAll(): void {
    for (const upload of this.#held.keys()) if (!upload.isGone) this.#tell(upload);
  }

  #tell(upload: IncomingUpload): void {
    const held = this.#held.get(upload);
    if (held?.untold === undefined) return;
    this.#context.tellFailed(upload.ref, 'sink', held.untold);
    held.untold = undefined;
    upload.isHeldTold = true;
  }

  /**
   * In a group nothing is kept, but what stands in the way of a name may be about to go, by a record that another member reads. Throws ReplacedError
   * when another try is worth it; resolves once the time is over.
   */
  async lookAgain(until: number): Promise<void> {
    const { isMember, options } = this.#context;
    if (isMember && (await this.obstacles.moment(until, options.signal)))
      throw new ReplacedError('what stood in its way may have gone');
  }

  /** Why {@link hold} said no, as the end of a sentence. */
  get whyNotHeld(): string {
    const { maxOpen, sink } = this.#context.options;
    if (sink.shared !== undefined) return 'a group keeps none: send it again';
    return this.#context.canHold
      ? `${maxOpen} such files are kept already (--max-open)`
      : 'nothing can be kept aside there: send it again';
  }

  /** Those that have ended meanwhile are not kept. */
  #hasRoom(): boolean {
    for (const upload of this.#held.keys()) if (upload.isGone) this.#held.delete(upload);
    return this.#held.size < this.#context.options.maxOpen;
  }

  /** Keeps a file of a pack in the same way, unless it is kept already. False when its bytes cannot be kept. */
  async holdWhole(
    ref: UploadRef,
    facts: FileFacts,
    bytes: Uint8Array,
    place: { readonly partition: number; readonly offset: number },
    error: unknown,
  ): Promise<boolean> {
    if (!this.#context.canHold) return false;
    const begun = this.#uploads.get(ref.upload);
    // Its pack came again: it is told already, and tried by itself.
    if (begun?.close !== undefined) return true;
    const upload = begun ?? this.#uploads.beginWhole(ref, facts.size);
    if (upload === undefined || upload.size !== facts.size) return false;
    try {
      // An earlier run was killed before it could say that this is kept.
      if (begun !== undefined) await this.#uploads.beginAnew(upload);
      upload.saw(place.partition, place.offset);
      const chunk = { kind: 'chunk', ...ref, offset: 0, size: facts.size, bytes } as const;
      if (bytes.length > 0) await upload.take({ ...chunk, checksum: algorithmOf(facts.digest) });
    } catch (cause) {
      if (!isPermanent(cause)) throw cause;
      await this.#uploads.discard(upload);
      return false;
    }
    upload.close = factsOf(facts);
    if (this.hold(upload, error)) return true;
    await this.#uploads.discard(upload);
    return false;
  }

  /** What stood in the way of some may have gone: all are tried as soon as may be. */
  hurry(): void {
    this.#hasHurried = true;
    this.obstacles.removed();
    for (const held of this.#held.values()) held.due = Math.min(held.due, this.#now());
  }

  /** The run is about to end, and some may be held since something was removed. */
  hurryLast(): void {
    if (this.#hasHurried) this.hurry();
  }

  /** Runs work whenever names were tried again, until it resolves with true. */
  afterwards(work: () => Promise<boolean>): void {
    this.#afterwards.push(work);
  }

  /** Tries the names whose time has come, each by `publish`, which ends the upload or calls {@link hold}. One round at a time. */
  async tryAgain(publish: (upload: IncomingUpload) => Promise<void>): Promise<void> {
    if (this.#isTrying) return;
    this.#isTrying = true;
    try {
      for (const [upload, { due }] of this.#held) {
        if (this.#context.options.signal.aborted) return;
        if (upload.isGone) this.#held.delete(upload);
        else if (this.#now() >= due) await this.#try(upload, publish);
      }
      const works = this.#afterwards.splice(0);
      for (const work of works) if (!(await work())) this.#afterwards.push(work);
    } finally {
      this.#isTrying = false;
    }
  }

  async #try(upload: IncomingUpload, publish: (upload: IncomingUpload) => Promise<void>): Promise<void> {
    const began = this.#now();
    await publish(upload);
    const next = this.#held.get(upload);
    const now = this.#now();
    if (next !== undefined) next.due = Math.max(next.due, now + restAfterTry * (now - began));
  }
}
