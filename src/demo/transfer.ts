/** An uploader and a downloader at work, as any program would run them: through the library's face. */

import type { DownloadEvent } from '../index.ts';
import { download, type UploadEvent, upload } from '../index.ts';
import type { DemoFolder } from './folder.ts';

export const topic = 'files';
export const uploader = 'demo';

/** How far both sides are; it goes on changing. Times are of `performance.now()`. */
export interface Progress {
  /** Just before the first byte was sent: until then the uploader looks twice at each file, to see it unchanged. */
  begin: number;
  readonly sent: { files: number; bytes: number; records: number; at: number };
  readonly received: { files: number; bytes: number; at: number };
  /** Files that could not be sent or received, and why. */
  readonly failures: string[];
}

export interface Transfer {
  readonly progress: Progress;
  /** Resolves once both sides have ended in good order; rejects with the first reason why one could not go on. */
  readonly ended: Promise<void>;
  /** Ends both sides. */
  stop(): void;
}

export interface TransferOptions {
  readonly bootstrapServers: string;
  readonly folder: DemoFolder;
  readonly onEvent: (event: UploadEvent | DownloadEvent) => void;
}

/** Starts both sides; they watch until they are stopped. */
export function startTransfer({ bootstrapServers, folder, onEvent }: TransferOptions): Transfer {
  const stop = new AbortController();
  const progress: Progress = {
    begin: performance.now(),
    sent: { files: 0, bytes: 0, records: 0, at: 0 },
    received: { files: 0, bytes: 0, at: 0 },
    failures: [],
  };
  const { sent, received, failures } = progress;
  const onUpload = (event: UploadEvent): void => {
    if (event.type === 'progress' && event.bytesDone === 0) progress.begin = performance.now();
    if (event.type === 'progress') Object.assign(sent, { bytes: event.bytesDone, records: event.records });
    if (event.type === 'sent') Object.assign(sent, { files: sent.files + 1, at: performance.now() });
    if (event.type === 'not-sent' && !event.again) failures.push(`${event.path}: ${event.reason}`);
    onEvent(event);
  };
  const onDownload = (event: DownloadEvent): void => {
    if (event.type === 'progress') received.bytes = event.bytesDone;
    if (event.type === 'received')
      Object.assign(received, { files: received.files + 1, at: performance.now() });
    if (event.type === 'failed') failures.push(`${event.path}: ${event.message}`);
    onEvent(event);
  };
  const shared = { kafka: { 'bootstrap.servers': bootstrapServers }, topic, signal: stop.signal };
  // The user's files are taken a second after their last write, rather than the usual five.
  const minAge = 1000;
  const ready = Promise.withResolvers<void>();
  const uploading = upload({
    ...shared,
    from: folder.outbox,
    name: uploader,
    minAge,
    onEvent(event) {
      // The uploader makes the topic; there is nothing to download before.
      if (event.type === 'started') ready.resolve();
      onUpload(event);
    },
  }).finally(ready.resolve);
  const downloading = ready.promise.then(async () => {
    if (!stop.signal.aborted) await download({ ...shared, to: folder.inbox, onEvent: onDownload });
  });
  const ended = bothEnded([uploading, downloading], () => stop.abort());
  ended.catch(() => {});
  return { progress, ended, stop: () => stop.abort() };
}

/** Waits for both sides, ends the other one when one fails, and rejects with the first reason. */
async function bothEnded(sides: readonly Promise<unknown>[], stop: () => void): Promise<void> {
  try {
    await Promise.all(sides);
  } finally {
    stop();
    await Promise.allSettled(sides);
  }
}
