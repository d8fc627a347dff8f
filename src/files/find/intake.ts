/**
 * Finds the files to send: change notices for speed, a periodic walk for truth, and a second look before a file is taken.
 * It knows nothing of Kafka; `offer` says what becomes of a file that is ready. The walk waits for whoever sends: what is
 * remembered of files that are not through does not grow with the source.
 */
import { ConfigurationError, describeError, IncompleteError } from '../../errors.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { mostRestless, uploadWaits } from '../shared/upload-waits.ts';
import { kindOf } from '../state/decide.ts';
import { Awaited } from './awaited.ts';
import type { IntakeOptions } from './intake-options.ts';
import { Readiness } from './readiness.ts';
import { RefusedNames } from './refused-names.ts';
import { selects } from './selection.ts';
import { Steps } from './steps.ts';

/** {@link IntakeOptions.noticedLimit}. */
const usualNoticed = 70_000;
/** Files that were seen once and wait for their second look: the walk waits while there are so many. */
const seenLimit = 20_000;
/** Milliseconds between two looks at whether something is due, while a step of the walk takes long. */
const turnEvery = 200;
/** Files that a walk comes by at the least, however much there is to be looked at. */
const leastSteps = 64;

export class Intake {
  readonly #options: IntakeOptions;
  readonly #readiness: Readiness;
  readonly #awaited = new Awaited();
  /** Offered and not done; true when it was noticed again meanwhile. */
  readonly #offered = new Map<string, boolean>();
  readonly #refused: RefusedNames;
  #walk: AsyncIterator<SourceFile> | undefined;
  readonly #steps = new Steps<IteratorResult<SourceFile> | undefined>();
  #walkTook = 0;
  /** While it was under way something happened that another one is to look at. */
  #isAskedFor = false;
  #nextWalk = 0;
  #wake: () => void = () => {};
  /** Steady time since when the source cannot be read. */
  #awaySince: number | undefined;
  /** Why no walk will come by all there is: what was offered by then is sent, and that is all. */
  #givenUp: IncompleteError | undefined;
  #unwatch = async (): Promise<void> => {};

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#readiness = new Readiness(options);
    this.#refused = new RefusedNames(options);
  }

  /**
   * Resolves when everything that is there was offered and is done (`once`), or when the signal comes. Rejects with IncompleteError
   * when the source, or a part of it, went away, with `once`, and did not come back, and everything that was offered is done.
   */
  async run(): Promise<void> {
    const { once, signal } = this.#options;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    await this.#watch();
    try {
      while (!signal.aborted) {
        if (this.#givenUp === undefined) await this.#lookAtAwaited();
        const isTime = this.#walk !== undefined || performance.now() >= this.#nextWalk;
        if (this.#givenUp === undefined && isTime) await this.#goOn();
        if (this.#givenUp !== undefined && this.#offered.size === 0) throw this.#givenUp;
        if (once && this.#isThrough()) return;
        await this.#sleep();
      }
    } finally {
      signal.removeEventListener('abort', wake);
      await this.#walk?.return?.();
      await this.#unwatch();
    }
  }

  /** The file was dealt with; with `again` it is looked at anew after so many milliseconds. */
  done(path: string, again?: number): void {
    const noticed = this.#offered.get(path) === true;
    this.#offered.delete(path);
    if (again === undefined) this.#options.backlog?.settled(path);
    if (again !== undefined || noticed) this.#awaited.notice(path, performance.now() + (again ?? 0));
    this.#wake();
  }

  /** True while a file was offered, and is not done. */
  isBusy(path: string): boolean {
    return this.#offered.has(path);
  }

  /** How many files were seen, and have not come to rest. */
  get restless(): number {
    return this.#awaited.seen;
  }

  #isThrough(): boolean {
    const isSeen = this.#walk === undefined && (this.#awaySince ?? this.#givenUp) === undefined;
    return isSeen && this.#awaited.size === 0 && this.#offered.size === 0;
  }

  async #watch(): Promise<void> {
    const { source, selection, once, notices, onEvent } = this.#options;
    if (once) return;
    await this.#unwatch();
    const unnoticed = (message: string): void => onEvent({ type: 'warning', message });
    const hint = (path: string): void => this.#notice(path);
    const watchers = [await notices?.(hint, unnoticed), await source.watch(hint, selection, unnoticed)];
    this.#unwatch = async () => void (await Promise.all(watchers.map((watcher) => watcher?.close())));
  }

  #notice(path: string): void {
    const { noticedLimit = usualNoticed } = this.#options;
    const now = performance.now();
    if (this.#offered.has(path)) this.#offered.set(path, true);
    else if (this.#awaited.size + this.#offered.size < noticedLimit)
      this.#awaited.notice(path, now + uploadWaits.notice);
    else this.#askForWalk(now);
    this.#wake();
  }

  /** Another walk, soon. Where walks take long they stay apart, though something happens all the time. */
  #askForWalk(now: number): void {
    // One that is under way may have been there already.
    this.#isAskedFor ||= this.#walk !== undefined;
    const soon = now + Math.max(uploadWaits.betweenWalks, 2 * this.#walkTook);
    if (!this.#options.once) this.#nextWalk = Math.min(this.#nextWalk, soon);
  }

  /** Walks on until there is enough to do, something is to be looked at, or all was seen. */
  async #goOn(): Promise<void> {
    const { waited = () => 0, backlog } = this.#options;
    const began = performance.now() - waited();
    if (this.#walk === undefined) this.#walkTook = 0;
    const isDue = (): boolean => this.#options.signal.aborted || performance.now() >= this.#awaited.next;
    this.#wake = () => this.#steps.wake();
    const looks = setInterval(this.#wake, turnEvery);
    let isOver = false;
    try {
      for (let count = 0; !isOver && !this.#isFull(); count++) {
        if (count >= leastSteps && isDue()) break;
        const step = await this.#steps.next(() => this.#step(), isDue);
        if (step === undefined || this.#options.signal.aborted) return;
        if (step === 'turn') break;
        if (step.done) isOver = true;
        else {
          this.#options.witness?.met(step.value);
          this.#judge(step.value, true);
        }
      }
    } finally {
      clearInterval(looks);
      if (backlog) backlog.isHeldUp = !isOver && this.#isFull();
    }
    // What the walk waited for others is no time of its own.
    this.#walkTook += performance.now() - waited() - began;
    if (isOver) await this.#endWalk();
  }

  /** The walk's next file; undefined when the source cannot be read. */
  async #step(): Promise<IteratorResult<SourceFile> | undefined> {
    const { source, selection, witness } = this.#options;
    try {
      if (this.#walk === undefined) {
        this.#options.begins?.();
        witness?.begins();
      }
      this.#walk ??= source.list(selection, (what) => this.#cannotSend(what))[Symbol.asyncIterator]();
      return await this.#walk.next();
    } catch (error) {
      this.#walk = undefined;
      if (this.#options.signal.aborted) return undefined;
      // No waiting mends what the user has to, and who gave up waiting has waited.
      if (error instanceof ConfigurationError) throw error;
      if (error instanceof IncompleteError) this.#givenUp = error;
      else this.#cannotRead(error);
      return undefined;
    }
  }

  #isFull(): boolean {
    return this.#awaited.fresh >= seenLimit || !this.#options.hasRoom();
  }

  async #endWalk(): Promise<void> {
    const { source, once, scanInterval, walked, onEvent } = this.#options;
    this.#walk = undefined;
    this.#refused.walked();
    if (this.#awaySince !== undefined) {
      this.#awaySince = undefined;
      onEvent({ type: 'resumed', on: 'source', message: `${source.place} can be read again` });
      // What was watched may be another folder than the one that stands there now.
      await this.#watch();
    }
    this.#nextWalk = once
      ? Number.POSITIVE_INFINITY
      : performance.now() +
        Math.max(this.#isAskedFor ? uploadWaits.betweenWalks : scanInterval, 2 * this.#walkTook);
    this.#isAskedFor = false;
    walked();
  }

  #cannotRead(error: unknown): void {
    const { source, once, scanInterval, onEvent } = this.#options;
    const now = performance.now();
    if (this.#awaySince === undefined) {
      this.#awaySince = now;
      const message = `cannot read the source ${source.place} (${describeError(error)}); it is tried again until it works`;
      onEvent({ type: 'waiting', on: 'source', message });
    } else if (once && now - this.#awaySince >= uploadWaits.sourceAway) {
      this.#givenUp = new IncompleteError(
        `the source ${source.place} could not be read for ${uploadWaits.sourceAway / 1000} s (${describeError(error)}): what is in it was not all sent`,
        { cause: error },
      );
    }
    this.#nextWalk = now + Math.max(scanInterval, 2 * this.#walkTook);
  }

  #cannotSend({ path, reason }: { readonly path: string; readonly reason: string }): void {
    this.#options.witness?.spare(path);
    this.#refused.meet(path, reason);
  }

  async #lookAtAwaited(): Promise<void> {
    const { source, selection, signal, vanished } = this.#options;
    const now = performance.now();
    for (const path of this.#awaited.takeDue(now)) {
      if (signal.aborted) return;
      const file = await source.look(path).catch((error: unknown) => this.#cannotLook(path, error));
      if (file === 'unknown') continue;
      if (file === undefined || file.isFolder) {
        this.#forget(path);
        if (file === undefined) vanished(path);
        // A folder that appeared, or a path that vanished: the next walk tells, and it need not be far.
        if (selection.folder(path) || selection.file(path)) this.#askForWalk(now);
        // A notice may name a file below a folder that is left out.
      } else if (selects(selection, path)) this.#judge(file, false);
    }
  }

  /** The next walk looks again; with `once` there is none. */
  #cannotLook(path: string, error: unknown): 'unknown' {
    if (error instanceof ConfigurationError) throw error;
    this.#forget(path);
    if (this.#options.once) this.#options.refuse(path, `it cannot be looked at: ${describeError(error)}`);
    return 'unknown';
  }

  #forget(path: string): void {
    this.#readiness.forget(path);
    this.#awaited.forget(path);
    this.#options.backlog?.settled(path);
  }

  #judge(file: SourceFile, inWalk: boolean): void {
    const { path } = file;
    if (this.#offered.has(path)) {
      this.#offered.set(path, true);
      return;
    }
    if (this.#options.known(file, inWalk)) {
      this.#readiness.forget(path);
      this.#options.backlog?.settled(path);
      return;
    }
    const now = performance.now();
    const verdict = this.#readiness.judge(file, { wall: Date.now(), steady: now });
    if (!('tooOld' in verdict) && kindOf(file) === undefined) this.#options.backlog?.found(path, file.size);
    if ('later' in verdict) {
      const restless = now - this.#awaited.rest(path, verdict.later, now);
      if (this.#options.once && restless >= mostRestless(this.#options.minAge)) {
        this.#forget(path);
        this.#options.refuse(path, 'it is still being written to');
      }
      return;
    }
    if ('take' in verdict) {
      this.#awaited.forget(path);
      this.#offered.set(path, false);
      this.#options.offer(file);
    } else this.#forget(path);
  }

  async #sleep(): Promise<void> {
    const [isWalking, isFull] = [this.#walk !== undefined, this.#isFull()];
    // A walk that is not held up goes on at once, others had their turn in it.
    if (this.#options.signal.aborted || (isWalking && !isFull)) return;
    // One that has no room to begin waits for that too, and not for its time.
    const next = isWalking || isFull ? this.#awaited.next : Math.min(this.#nextWalk, this.#awaited.next);
    const { sleep } = uploadWaits;
    const wait = this.#givenUp ? sleep : Math.min(Math.max(0, next - performance.now()), sleep);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
