/**
 * Finds the files to send: change notices for speed, a periodic walk for truth, and a second look before a file is taken.
 * It knows nothing of Kafka; `offer` says what becomes of a file that is ready.
 */
import { describeError } from '../../errors.ts';
import type { Selection, Source, SourceFile } from '../../stores/contract.ts';
import type { UploadEvent } from '../shared/events.ts';
import { Readiness, type ReadinessOptions } from './readiness.ts';

export interface IntakeOptions extends ReadinessOptions {
  readonly source: Source;
  readonly selection: Selection;
  /** Milliseconds between two walks. */
  readonly scanInterval: number;
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** True when there is nothing to do for this look of the file: it was sent so. */
  readonly known: (file: SourceFile) => boolean;
  /** A file that may be taken now. `done` is to be called when it needs no more attention. */
  readonly offer: (file: SourceFile) => void;
  /** A file that cannot be sent, for good. */
  readonly refuse: (path: string, reason: string) => void;
  /** A path that was to be looked at, and there is no file. */
  readonly gone: (path: string) => void;
  readonly onEvent: (event: UploadEvent) => void;
}

/** With `once`, a file that does not come to rest for so many times its age limit is given up. */
const restlessFactor = 10;
const restlessFloor = 60_000;

export class Intake {
  readonly #options: IntakeOptions;
  readonly #readiness: Readiness;
  /** Path -> steady time of the next look. */
  readonly #due = new Map<string, number>();
  /** Offered and not done; true when it was noticed again meanwhile. */
  readonly #busy = new Map<string, boolean>();
  readonly #refused = new Set<string>();
  /** Path -> steady time since when it has not come to rest. */
  readonly #restless = new Map<string, number>();
  #nextScan = 0;
  #scanTook = 0;
  #wake: () => void = () => {};
  #sourceGone = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#readiness = new Readiness(options);
  }

  /** Resolves when everything that is there was offered and is done (`once`), or when the signal comes. */
  async run(): Promise<void> {
    const { source, selection, once, signal } = this.#options;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    const watcher = once ? undefined : await source.watch((path) => this.#hint(path), selection);
    try {
      while (!signal.aborted) {
        if (performance.now() >= this.#nextScan) await this.#scan();
        await this.#lookAtDue();
        if (once && this.#due.size === 0 && this.#busy.size === 0 && !this.#sourceGone) return;
        if (once) this.#giveUpRestless();
        await this.#sleep();
      }
    } finally {
      signal.removeEventListener('abort', wake);
      await watcher?.close();
    }
  }

  /** The file was dealt with; with `again` it is looked at anew after so many milliseconds. */
  done(path: string, again?: number): void {
    const noticed = this.#busy.get(path);
    this.#busy.delete(path);
    if (again !== undefined || noticed) this.#due.set(path, performance.now() + (again ?? 0));
    this.#wake();
  }

  #hint(path: string): void {
    if (this.#busy.has(path)) this.#busy.set(path, true);
    else if (!this.#due.has(path)) this.#due.set(path, performance.now() + 20);
    this.#wake();
  }

  async #scan(): Promise<void> {
    const { source, selection, once, scanInterval, refuse, signal, onEvent } = this.#options;
    const started = performance.now();
    const unsendable = ({ path, reason }: { path: string; reason: string }): void => {
      if (this.#refused.has(path)) return;
      this.#refused.add(path);
      refuse(path, reason);
    };
    try {
      for await (const file of source.list(selection, unsendable)) {
        if (signal.aborted) return;
        this.#judge(file);
      }
      if (this.#sourceGone)
        onEvent({ type: 'resumed', on: 'source', message: `${source.place} can be read again` });
      this.#sourceGone = false;
    } catch (error) {
      if (!this.#sourceGone) {
        const message = `cannot read the source ${source.place} (${describeError(error)}); it is tried again until it works`;
        onEvent({ type: 'waiting', on: 'source', message });
      }
      this.#sourceGone = true;
    }
    this.#scanTook = performance.now() - started;
    this.#nextScan =
      once && !this.#sourceGone
        ? Number.POSITIVE_INFINITY
        : performance.now() + Math.max(scanInterval, 2 * this.#scanTook);
  }

  async #lookAtDue(): Promise<void> {
    const { source, selection, signal, once, gone } = this.#options;
    const now = performance.now();
    const paths = [...this.#due].filter(([, time]) => time <= now).map(([path]) => path);
    for (const path of paths) {
      if (signal.aborted) return;
      this.#due.delete(path);
      const file = await source.look(path).catch((error: unknown) => this.#cannotLook(path, error));
      if (file === 'unknown') continue;
      if (file === undefined) {
        this.#readiness.forget(path);
        gone(path);
        // A folder that appeared, or a path that vanished: the next walk tells, and it need not be far. Where walks take
        // long they stay apart, though something vanishes all the time.
        const isWanted = selection.folder(path) || selection.file(path);
        if (!once && isWanted)
          this.#nextScan = Math.min(this.#nextScan, now + Math.max(200, 2 * this.#scanTook));
      } else if (this.#selects(path, selection)) this.#judge(file);
    }
  }

  /** The next walk looks again; with `once` there is none. */
  #cannotLook(path: string, error: unknown): 'unknown' {
    this.#readiness.forget(path);
    if (this.#options.once) this.#options.refuse(path, `it cannot be looked at: ${describeError(error)}`);
    return 'unknown';
  }

  /** A notice may name a file below a folder that is left out. */
  #selects(path: string, selection: Selection): boolean {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      if (!selection.folder(path.slice(0, slash))) return false;
    }
    return selection.file(path);
  }

  #judge(file: SourceFile): void {
    if (this.#busy.has(file.path)) {
      this.#busy.set(file.path, true);
      return;
    }
    if (this.#options.known(file)) {
      this.#readiness.forget(file.path);
      return;
    }
    const verdict = this.#readiness.judge(file, { wall: Date.now(), steady: performance.now() });
    if ('later' in verdict) {
      this.#due.set(file.path, verdict.later);
      if (!this.#restless.has(file.path)) this.#restless.set(file.path, performance.now());
    } else this.#restless.delete(file.path);
    if ('take' in verdict) {
      this.#due.delete(file.path);
      this.#busy.set(file.path, false);
      this.#options.offer(file);
    }
  }

  #giveUpRestless(): void {
    const retry = Math.max(restlessFloor, restlessFactor * this.#options.minAge);
    const now = performance.now();
    for (const [path, since] of this.#restless) {
      if (now - since < retry) continue;
      this.#restless.delete(path);
      if (this.#due.delete(path)) this.#options.refuse(path, 'it is still being written to');
    }
  }

  async #sleep(): Promise<void> {
    let next = this.#nextScan;
    for (const time of this.#due.values()) next = Math.min(next, time);
    const wait = Math.min(Math.max(0, next - performance.now()), 60_000);
    if (this.#options.signal.aborted) return;
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
