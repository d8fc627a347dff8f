/** Reading the chunks of one upload a second time, beside the run, for when what came of them is gone. */
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { algorithmOf } from '../../records/checksum.ts';
import { type Chunk, decodeFileRecord, type Pack } from '../../records/file-record.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import { allDone } from '../shared/all-done.ts';
import { StoppedError } from '../shared/disk-retry.ts';
import type { Progress } from '../shared/progress.ts';

export interface FetchAgainOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Bytes that may be prefetched. */
  readonly bufferBytes: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Hands the upload every chunk of it that the topic still has, from where it was first seen to the present ends. Positions are
 * not touched. Rejects as {@link IncomingUpload.take} does, and with StoppedError once the signal has come.
 */
export async function fetchAgain(options: FetchAgainOptions, upload: IncomingUpload): Promise<void> {
  const { kafka, topic, bufferBytes, progress, signal } = options;
  if (upload.isGone) return;
  if (signal.aborted) throw new StoppedError(`stopped before ${upload.target} was fetched again`);
  const latest = await kafka.offsets(topic, 'latest');
  const from = new Map(
    [...upload.firsts].filter(([partition, first]) => first < (latest.get(partition) ?? 0)),
  );
  const until = new Map([...from.keys()].map((partition) => [partition, latest.get(partition) ?? 0]));
  if (from.size > 0) {
    // What was removed, or cut off, is found to be missing at the end.
    const removed = { onGap: () => {}, onCut: () => {} };
    const consumer = kafka.consumer({ topic, from, until, bufferBytes, ...removed, signal });
    for await (const batch of consumer) {
      if (upload.isGone) return;
      progress.records += batch.records.length;
      const chunks = batch.records.flatMap((record) => chunkOf(record, upload) ?? []);
      try {
        await allDone(chunks.map((chunk) => upload.take(chunk)));
      } finally {
        batch.release();
      }
      for (const { bytes } of chunks) {
        progress.wireBytes += bytes.length;
        progress.advance(upload.ref.upload, bytes.length);
      }
    }
  }
  if (signal.aborted) throw new StoppedError(`stopped while ${upload.target} was fetched again`);
}

/** A file of a pack is one that came in a single chunk. */
function chunkOfPack({ files }: Pack, { ref, size }: IncomingUpload): Chunk | undefined {
  const file = files.find(({ upload, path }) => upload === ref.upload && path === ref.path);
  if (file === undefined || file.size !== size || size === 0) return undefined;
  return { kind: 'chunk', ...ref, offset: 0, size, checksum: algorithmOf(file.digest), bytes: file.bytes };
}

function chunkOf(record: ConsumedRecord, upload: IncomingUpload): Chunk | undefined {
  try {
    const decoded = decodeFileRecord(record);
    if (decoded?.uploader !== upload.ref.uploader) return undefined;
    if (decoded.kind === 'pack') return chunkOfPack(decoded, upload);
    const isWanted = decoded.kind === 'chunk' && decoded.upload === upload.ref.upload;
    return isWanted && decoded.size === upload.size ? decoded : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
