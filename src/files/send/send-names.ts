/** Sends what of a tree is no file, links or folders: many in a record, as they come. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { largestValue } from '../../kafka/batch.ts';
import type { Header, NewRecord } from '../../kafka/contract.ts';
import { type NamedVersion, namesLimit } from '../../records/name-list.ts';
import { sealNames } from '../../records/seal-record.ts';
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import type { UploadEvent } from '../shared/events.ts';
import { otherFingerprintOf } from '../state/fingerprint.ts';
import { abortUpload } from './abort-upload.ts';
import type { SendContext } from './send-context.ts';

/** Bytes of a record: readers hold a few of them. */
const usual = 256 * 1024;

/** What stands in a record of a kind, and how it is told. */
export interface NameKind<E extends NamedVersion> {
  readonly kind: NonNullable<FileState['kind']>;
  /** What it is, as a sentence has it. */
  readonly called: string;
  readonly entryOf: (file: SourceFile, upload: string) => E;
  readonly text: (entry: E) => string;
  readonly headers: (uploader: string, files: number) => Header[];
  readonly encode: (uploader: string, entries: readonly E[]) => NewRecord;
  readonly event: (entry: E) => UploadEvent;
}

export interface SendNamesOptions {
  readonly context: SendContext;
  readonly onEvent: (event: UploadEvent) => void;
  /** It is on the topic. */
  readonly sent: (file: SourceFile) => void;
  /** What ends the whole run. */
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly file: SourceFile;
  /** What was half sent when this took its place. */
  readonly begun: FileState | undefined;
}

interface Drafted<E> {
  readonly file: SourceFile;
  readonly entry: E;
}

export class SendNames<E extends NamedVersion> {
  readonly #of: NameKind<E>;
  readonly #options: SendNamesOptions;
  #waiting: Waiting[] = [];
  #working: Promise<void> = Promise.resolve();

  constructor(of: NameKind<E>, options: SendNamesOptions) {
    this.#of = of;
    this.#options = options;
  }

  push(file: SourceFile, begun: FileState | undefined): void {
    this.#waiting.push({ file, begun });
    if (this.#waiting.length > 1) return;
    this.#working = this.#working
      .then(() => this.#work())
      .catch((error: unknown) => this.#options.failed(error));
  }

  /** Resolves when all that was pushed is sent, or the run has failed. */
  async done(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    const { context } = this.#options;
    const { uploader, state, ids, signal } = context.options;
    // What a walk finds beside it goes along.
    await othersTurn();
    while (this.#waiting.length > 0 && !signal.aborted) {
      const taken = this.#waiting.splice(0, namesLimit);
      let drafted: Drafted<E>[] = [];
      let bytes = 3;
      for (const { file, begun } of taken) {
        const { path } = file;
        if (begun !== undefined) {
          const ref = { uploader, path, upload: begun.upload };
          const why = `${this.#of.called} took its place before all of it was sent`;
          await abortUpload(context, ref, begun.partition, why);
        }
        await state.behind.drained();
        const entry = this.#of.entryOf(file, ids.next(state.get(path)?.upload));
        const length = Buffer.byteLength(this.#of.text(entry)) + 1;
        if (drafted.length > 0 && bytes + length > this.#capacity) {
          await this.#send(drafted);
          [drafted, bytes] = [[], 3];
        }
        drafted.push({ file, entry });
        bytes += length;
      }
      await this.#send(drafted);
    }
  }

  get #capacity(): number {
    const { limit, options } = this.#options.context;
    const largest = largestValue(limit, { headers: this.#of.headers(options.uploader, namesLimit) });
    return Math.min(usual, largest - (options.encryption?.packOverhead ?? 0));
  }

  async #send(drafted: readonly Drafted<E>[]): Promise<void> {
    const { context, sent, onEvent } = this.#options;
    const { partitions, state, topicId, uploader, encryption } = context.options;
    const { kind, encode, event } = this.#of;
    const clear = encode(
      uploader,
      drafted.map(({ entry }) => entry),
    );
    const record =
      encryption === undefined
        ? clear
        : sealNames(await encryption.recipients.newKey(), kind, uploader, drafted.length, clear);
    const partition = partitions.choose();
    const place = await context.append(partition, record, (clear.value as Uint8Array).length);
    const at = Math.max(0, place.offset);
    for (const { file, entry } of drafted) {
      const { path, size } = file;
      const { upload } = entry;
      const stands = { topic: topicId, upload, state: 'sent' as const, partition, first: at, last: at };
      state.set(path, { ...stands, fingerprint: otherFingerprintOf(file, encryption), acked: size, kind });
      onEvent(event(entry));
      sent(file);
    }
  }
}
