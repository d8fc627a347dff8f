/** Has what is complete in the spool sent, as `sluice upload --move` does, for as long as the console runs. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../../errors.ts';
import type { UploadEvent } from '../../../files/shared/events.ts';
import type { UploadOptions } from '../../../files/shared/options.ts';
import type { Logger } from '../../../log.ts';

/** Milliseconds before a run that has failed is begun anew. */
const again = 10_000;

export interface OutboxOptions {
  /** Sends the files of a folder until the signal. */
  readonly send: (
    options: Pick<
      UploadOptions,
      'from' | 'name' | 'move' | 'minAge' | 'hidden' | 'scanInterval' | 'signal' | 'onEvent'
    >,
  ) => Promise<unknown>;
  readonly from: string;
  readonly uploader: string;
  readonly logger: Logger;
  readonly again?: number | undefined;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #trouble: string | undefined;
  /** Told whenever it is another. */
  onTrouble: (message: string | undefined) => void = () => {};
  #sent = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Why nothing can be sent now. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Files, since the console began. */
  get sent(): number {
    return this.#sent;
  }

  /** Begins, unless it has: whoever only looks on needs no uploader, nor the topics that one makes. */
  begin(): void {
    if (!this.#stop.signal.aborted) this.#running ??= this.#run();
  }

  /** Ends in good order; what was not sent stays where it is. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { send, from, uploader: name, logger } = this.#options;
    const { signal } = this.#stop;
    const onEvent = (event: UploadEvent): void => this.#see(event);
    while (!signal.aborted) {
      try {
        // Nobody writes to what stands there: it was renamed when it was whole.
        await send({ from, name, move: true, minAge: 0, hidden: true, scanInterval: 2000, signal, onEvent });
      } catch (error) {
        const reason = describeError(error);
        this.#is(reason);
        logger.warn({ reason }, 'dropped files cannot be sent, and wait');
      }
      await delay(this.#options.again ?? again, undefined, { signal }).catch(() => {});
    }
  }

  #is(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.onTrouble(trouble);
  }

  #see(event: UploadEvent): void {
    if (event.type === 'waiting') this.#is(event.message);
    if (event.type === 'started' || event.type === 'resumed') this.#is(undefined);
    if (event.type === 'sent') this.#sent += 1;
    if (event.type === 'not-sent' || event.type === 'not-removed')
      this.#options.logger.warn({ path: event.path, reason: event.reason }, 'a dropped file waits');
    if (event.type === 'warning') this.#options.logger.warn(event.message);
  }
}
