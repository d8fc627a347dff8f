/** Removing from the source what was sent (`move`): after that is remembered, so that a kill in between costs nothing but another try. */
import type { Source, SourceFile } from '../../stores/contract.ts';
import type { UploadEvent } from '../shared/events.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import { lookText } from '../shared/look-text.ts';

/** Files that are removed at once. */
const atOnce = 8;

export interface MovedFilesOptions {
  readonly source: Source;
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
  readonly #waiting = new Map<string, SourceFile>();
  /** Path -> how the file looked that could not be removed: told once. */
  readonly #refused = new Map<string, string>();
  #working: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: MovedFilesOptions) {
    this.#options = options;
  }

  /** This file is on the topic as it looks here, and is not needed any more. */
  sent(file: SourceFile): void {
    if (this.#refused.get(file.path) === lookText(file)) return;
    this.#waiting.set(file.path, file);
    this.#working ??= this.#work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#working = undefined;
      });
  }

  /** Resolves when all are removed, or stand there with the reason told; rejects when what was sent cannot be remembered. */
  async done(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #work(): Promise<void> {
    while (this.#waiting.size > 0) {
      const files = [...this.#waiting.values()];
      this.#waiting.clear();
      await this.#options.remembered();
      // What an earlier run sent may be gone from there.
      const isOnTopic = await this.#options.onTopic();
      await fewAtOnce(files, atOnce, async (file) => {
        if (isOnTopic(file.path)) await this.#remove(file);
        else this.#keep(file, 'it was sent, and the topic has no more of it: --resend sends it again');
      });
    }
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
