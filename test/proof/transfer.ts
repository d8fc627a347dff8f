/** A transfer as it is meant to run: both ends at the same time, in processes of their own. */

import { type Ended, type FollowedSluice, followSluice, type JsonEvent } from '../support/sluice-events.ts';
import { waitFor } from '../support/wait.ts';

export interface TransferOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly source: string;
  readonly sink: string;
  readonly uploader: string;
  /** Further arguments of the uploader. */
  readonly uploadArgs?: readonly string[];
  /** Files to wait for. */
  readonly files: number;
  /** Milliseconds that the downloader may need after the uploader has ended. */
  readonly patience?: number;
}

export interface Transferred {
  readonly upload: Ended;
  /** Ended by SIGINT once all files were there. */
  readonly download: Ended;
  /** `UPLOADER/PATH` -> how often the downloader said that it was received. */
  readonly received: ReadonlyMap<string, number>;
  /** Seconds from the start of the uploader to the last file received. */
  readonly seconds: number;
}

/** Counts `received` events by file. */
export function countReceived(received: Map<string, number>): (event: JsonEvent) => void {
  return ({ type, uploader, path }) => {
    if (type !== 'received') return;
    const name = `${uploader}/${path}`;
    received.set(name, (received.get(name) ?? 0) + 1);
  };
}

/** Uploads with `--once` while a downloader follows the topic; resolves when that has received so many files. */
export async function transfer(options: TransferOptions): Promise<Transferred> {
  const { bootstrapServers, topic, source, sink, uploader, uploadArgs = [], files } = options;
  const { patience = 600_000 } = options;
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  const started = performance.now();
  const uploading = followSluice([
    ...['upload', '--from', source, '--name', uploader, '--once', '--min-age', '0'],
    ...uploadArgs,
    ...reach,
  ]);
  let downloading: FollowedSluice | undefined;
  try {
    // The uploader makes the topic.
    await uploading.event(({ type }) => type === 'started', 'it had started');
    const received = new Map<string, number>();
    downloading = followSluice(['download', '--to', sink, ...reach], { onEvent: countReceived(received) });
    const upload = await uploading.ended;
    const what = `${files} files at the downloader`;
    const isThere = (): boolean => received.size >= files || downloading?.child.exitCode !== null;
    await waitFor(isThere, { timeout: patience, what });
    const seconds = (performance.now() - started) / 1000;
    downloading.child.kill('SIGINT');
    return { upload, download: await downloading.ended, received, seconds };
  } finally {
    await uploading.kill();
    await downloading?.kill();
  }
}

/** What is wrong with how both ended; empty when nothing is. */
export function transferFaults({ upload, download }: Transferred): string {
  const faults: string[] = [];
  if (upload.code !== 0) faults.push(`the uploader ended with ${upload.code}: ${upload.stderr}`);
  if (download.code !== 130) faults.push(`the downloader ended with ${download.code}: ${download.stderr}`);
  return faults.join('\n');
}
