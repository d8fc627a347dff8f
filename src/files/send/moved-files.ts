/** Removing from the source what was sent (`move`): after that is remembered, so that a kill in between costs nothing but another try. */
import type { Source, SourceFile } from '../../stores/contract.ts';
import type { UploadEvent } from '../shared/events.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import { lookText } from '../shared/look-text.ts';
import { TurnByKey } from '../shared/turn-by-key.ts';

/** Files that are removed at once. */
const atOnce = 8;

export interface MovedFilesOptions {
  readonly source: Source;
  /** True while a file that {@link MovedFiles.comes} is not dealt with. */
  readonly isBusy: (path: string) => boolean;
  /** Resolves when all that was sent so far is remembered in Kafka. */
  readonly remembered: () => Promise<void>;
  /** Resolves with what tells whether the topic has all of a file that was sent, by now. */
  readonly onTopic: () => Promise<(path: string) => boolean>;
  readonly onEvent: (event: UploadEvent) => void;
  /** A file could not be removed. */
  readonly kept: () => void;
}

export class MovedFiles {
  readonly #options: MovedFilesOptions;
  /** Names of one file go one after the other: each tells the next one what it has changed. */
  readonly #turns = new TurnByKey();
  /** Of files with several names: those that came, and were busy when that was asked last. */
  readonly #coming = new Map<string, Set<string>>();
  readonly #waiting = new Map<string, SourceFile>();
  /** Path -> how the file looked that could not be removed: told once. */
  readonly #refused = new Map<string, string>();
  #working: Promise<void> | undefined;
  /** More may be ready since the work looked. */
  #isAsked = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: MovedFilesOptions) {
    this.#options = options;
  }

  /** This file is to be sent. Its other names stay until it is: to remove one changes the file for all of them. */
  comes({ path, body }: SourceFile): void {
    if (body === undefined) return;
    const names = this.#coming.get(body);
    if (names === undefined) this.#coming.set(body, new Set([path]));
    else names.add(path);
  }

  /** This file is on the topic as it looks here, and is not needed any more. */
  sent(file: SourceFile): void {
    if (this.#refused.get(file.path) === lookText(file)) return;
    this.#waiting.set(file.path, file);
    this.#start();
  }

  /** Resolves when all that can be are removed, or stand there with the reason told; rejects when what was sent cannot be remembered. */
  async done(): Promise<void> {
    this.#start();
    while (this.#working !== undefined) await this.#working;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #start(): void {
    this.#isAsked = true;
    this.#working ??= this.#work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#working = undefined;
        if (this.#isAsked && this.#failure === undefined) this.#start();
      });
  }

  async #work(): Promise<void> {
    // Who has told us of a file is not done with it yet.
    await Promise.resolve();
    while (this.#isAsked) {
      this.#isAsked = false;
      const files = this.#takeReady();
      if (files.length === 0) return;
      await this.#options.remembered();
      // What an earlier run sent may be gone from there.
      const isOnTopic = await this.#options.onTopic();
      await fewAtOnce(files, atOnce, async (file) => {
        const remove = (): Promise<void> => this.#remove(file);
        if (isOnTopic(file.path)) await this.#turns.run(file.body ?? file.path, remove);
        else this.#keep(file, 'it was sent, and the topic has no more of it: --resend sends it again');
      });
    }
  }

  #takeReady(): SourceFile[] {
    const isReady = new Map<string | undefined, boolean>([[undefined, true]]);
    const files: SourceFile[] = [];
    for (const file of this.#waiting.values()) {
      const { path, body } = file;
      if (!isReady.has(body)) isReady.set(body, this.#isReady(body!));
      if (!isReady.get(body)) continue;
      this.#waiting.delete(path);
      files.push(file);
    }
    return files;
  }

  #isReady(body: string): boolean {
    const names = this.#coming.get(body);
    for (const name of names ?? []) {
      if (this.#options.isBusy(name)) return false;
      names?.delete(name);
    }
    this.#coming.delete(body);
    return true;
  }

  async #remove(file: SourceFile): Promise<void> {
    const { source, onEvent } = this.#options;
    const { path } = file;
    try {
      // Another one that stands there by now is sent in its turn.
      if ((await source.removeIfSame!(file)) === 'removed') onEvent({ type: 'removed', path });
    } catch (error) {
      this.#keep(file, `it was sent, and cannot be removed: ${(error as Error).message}`);
    }
  }

  #keep(file: SourceFile, reason: string): void {
    const { onEvent, kept } = this.#options;
    const { path } = file;
    this.#refused.set(path, lookText(file));
    kept();
    onEvent({ type: 'not-removed', path, reason });
  }
}
