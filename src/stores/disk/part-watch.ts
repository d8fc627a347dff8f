/**
 * Whether somebody else may have changed a temporary file. Between our own writes it has to look as it was left. What happens while one
 * of them is under way cannot be told from it: that is kept short, and counts as a change where it was not (the process was stopped, or
 * the disk is slow).
 */
import type { BigIntStats } from 'node:fs';
import { TouchedError } from '../touched.ts';

/** Milliseconds of writes without a moment between them, after which the next one waits for such a moment. */
const breathe = 250;
/** Milliseconds of the same after which nobody can tell what somebody else did meanwhile. */
export const unwatchedFor = 1000;

/** What every change of a file changes; nobody can set back the last of them. */
export type Stamp = Pick<BigIntStats, 'size' | 'mtimeNs' | 'ctimeNs'>;

/** How the file looks now. */
export type LookAtPart = () => Promise<Stamp>;

export class PartWatch {
  readonly #isOn: boolean;
  readonly #now: () => number;
  /** How the file looked when our last write was through. */
  #left: Stamp | undefined;
  #isTouched = false;
  /** Writes under way, and how many are through. */
  #writes = 0;
  #finished = 0;
  /** Since when there has been no moment without one. */
  #since = 0;
  #checked: Promise<void> = Promise.resolve();
  #quiet = Promise.withResolvers<void>();

  /** `isOn` false: looks of files tell nothing there. `now` gives steady milliseconds. */
  constructor(isOn: boolean, now: () => number = () => performance.now()) {
    this.#isOn = isOn;
    this.#now = now;
  }

  /** Runs work of ours that writes into the file; several at once. */
  async write(look: LookAtPart, work: () => Promise<void>): Promise<void> {
    if (!this.#isOn) return work();
    while (this.#writes > 0 && this.#now() - this.#since > breathe) await this.#quiet.promise;
    if (this.#writes++ === 0) {
      this.#since = this.#now();
      this.#quiet = Promise.withResolvers();
      this.#checked = this.#meetNow(look);
    }
    try {
      await this.#checked;
      await work();
    } finally {
      this.#finished++;
      if (this.#writes === 1) await this.#leaveNow(look);
      if (--this.#writes === 0) this.#quiet.resolve();
    }
  }

  /**
   * False when somebody else may have changed the file since it was made, or since this was last asked: what stands there now is what
   * counts from here on, and is to be read back. Ask it when no write is under way.
   */
  async isAsLeft(look: LookAtPart): Promise<boolean> {
    if (!this.#isOn) return true;
    const found = await look();
    this.meet(found);
    const isAsLeft = !this.#isTouched;
    this.#isTouched = false;
    this.#left = found;
    return isAsLeft;
  }

  /** Notes that the file looks so before we do anything to it. */
  meet(found: Stamp): void {
    if (this.#left === undefined) return;
    const { size, mtimeNs, ctimeNs } = this.#left;
    if (found.size !== size || found.mtimeNs !== mtimeNs || found.ctimeNs !== ctimeNs) this.#isTouched = true;
  }

  /** Notes that the file looks so after we have done something to it. */
  leave(found: Stamp): void {
    this.#left = found;
  }

  /** Throws TouchedError unless the file, which looks so, is as it was when {@link isAsLeft} was last asked. */
  confirm(found: Stamp): void {
    if (!this.#isOn) return;
    this.meet(found);
    if (this.#isTouched)
      throw new TouchedError('somebody may have changed its temporary file while it was published');
  }

  async #meetNow(look: LookAtPart): Promise<void> {
    if (this.#left === undefined) return;
    try {
      this.meet(await look());
    } catch {
      this.#isTouched = true;
    }
  }

  /** Looked at again when a write has ended meanwhile; left to the last one when others are under way. */
  async #leaveNow(look: LookAtPart): Promise<void> {
    try {
      for (let finished = -1; finished !== this.#finished && this.#writes === 1; ) {
        finished = this.#finished;
        this.#left = await look();
      }
    } catch {
      this.#isTouched = true;
    }
    if (this.#now() - this.#since > unwatchedFor) this.#isTouched = true;
  }
}
