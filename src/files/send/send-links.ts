/** Sends symbolic links: many in a record, as they come. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { largestValue } from '../../kafka/batch.ts';
import { encodeLinks, type LinkEntry, linkEntryText, linkHeaders } from '../../records/link-record.ts';
import { namesLimit } from '../../records/name-list.ts';
import { sealNames } from '../../records/seal-record.ts';
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import type { UploadEvent } from '../shared/events.ts';
import { abortUpload } from './abort-upload.ts';
import type { SendContext } from './send-context.ts';

/** Bytes of a record: readers hold a few of them. */
const usual = 256 * 1024;

export interface SendLinksOptions {
  readonly context: SendContext;
  readonly onEvent: (event: UploadEvent) => void;
  /** The link is on the topic. */
  readonly sent: (file: SourceFile) => void;
  /** What ends the whole run. */
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly file: SourceFile;
  /** What was half sent when a link took its place. */
  readonly begun: FileState | undefined;
}

interface Drafted extends LinkEntry {
  readonly file: SourceFile;
}

export class SendLinks {
  readonly #options: SendLinksOptions;
  #waiting: Waiting[] = [];
  #working: Promise<void> = Promise.resolve();

  constructor(options: SendLinksOptions) {
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
      let entries: Drafted[] = [];
      let bytes = 3;
      for (const { file, begun } of taken) {
        const { path, mtime } = file;
        if (begun !== undefined) {
          const ref = { uploader, path, upload: begun.upload };
          await abortUpload(
            context,
            ref,
            begun.partition,
            'a symbolic link took its place before all of it was sent',
          );
        }
        await state.behind.drained();
        const entry = {
          file,
          path,
          upload: ids.next(state.get(path)?.upload),
          target: file.link ?? '',
          mtime,
        };
        const length = Buffer.byteLength(linkEntryText(entry)) + 1;
        if (entries.length > 0 && bytes + length > this.#capacity) {
          await this.#send(entries);
          [entries, bytes] = [[], 3];
        }
        entries.push(entry);
        bytes += length;
      }
      await this.#send(entries);
    }
  }

  get #capacity(): number {
    const { limit, options } = this.#options.context;
    const largest = largestValue(limit, { headers: linkHeaders(options.uploader, namesLimit) });
    return Math.min(usual, largest - (options.encryption?.packOverhead ?? 0));
  }

  async #send(entries: readonly Drafted[]): Promise<void> {
    const { context, sent, onEvent } = this.#options;
    const { partitions, state, topicId, uploader, encryption } = context.options;
    const clear = encodeLinks(uploader, entries);
    const record =
      encryption === undefined
        ? clear
        : sealNames(await encryption.recipients.newKey(), 'link', uploader, entries.length, clear);
    const partition = partitions.choose();
    const place = await context.append(partition, record, (clear.value as Uint8Array).length);
    const at = Math.max(0, place.offset);
    for (const { file, path, upload, target } of entries) {
      const { size, mtime, ctime, inode } = file;
      const stands = { topic: topicId, upload, state: 'sent' as const, partition, first: at, last: at };
      state.set(path, { ...stands, fingerprint: { size, mtime, ctime, inode }, acked: size, kind: 'link' });
      onEvent({ type: 'link-sent', path, upload, to: target });
      sent(file);
    }
  }
}
