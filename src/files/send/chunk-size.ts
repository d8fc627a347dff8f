/** How large the buffers of an uploader are, and so its chunks and packs at the most. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { largestValue } from '../../kafka/batch.ts';
import { chunkHeaders } from '../../records/file-record.ts';
import type { UploadSettings } from '../shared/options.ts';

/** While one buffer is read into, one is hashed and one is on its way: with fewer the disk and Kafka wait for each other. */
const leastBuffers = 3;
/** Bytes that a buffer has at least, where the topic takes so much: smaller chunks cost more than they hold. */
const leastBytes = 64 * 1024;

export interface BufferPlan {
  readonly count: number;
  /** Bytes of each. */
  readonly size: number;
}

/**
 * `bufferBytes` of memory in buffers as large as records of the topic may be (`limit`, bytes), or a third of it if that is less:
 * a topic that takes large records is no reason to hold more than was allowed.
 */
export function planBuffers(bufferBytes: number, limit: number): BufferPlan {
  const size = Math.min(limit, largestShare(bufferBytes));
  return { count: Math.max(leastBuffers, Math.floor(bufferBytes / size)), size };
}

/** Throws ConfigurationError for a chunk size that does not fit beside the shortest of headers, or not thrice into memory. */
export function checkChunkSize(settings: UploadSettings, limit: number): void {
  const { chunkSize, checksum, name, bufferBytes } = settings;
  if (chunkSize === undefined) return;
  const ref = { uploader: name, path: 'x', upload: '0'.repeat(32) };
  const largest = largestValue(limit, { headers: chunkHeaders(ref, checksum, 0, 0) });
  if (chunkSize > largest) {
    throw new ConfigurationError(
      `--chunk-size ${chunkSize} does not fit: the topic takes records of ${limit} bytes (max.message.bytes), which hold ${largest} bytes of a file at the most`,
    );
  }
  if (chunkSize > largestShare(bufferBytes)) {
    throw new ConfigurationError(
      `--chunk-size ${chunkSize} does not fit into --buffer-bytes ${bufferBytes}, which has to hold ${leastBuffers} chunks: raise it to ${leastBuffers * chunkSize} at least, or choose smaller chunks`,
    );
  }
}

function largestShare(bufferBytes: number): number {
  return Math.max(leastBytes, Math.floor(bufferBytes / leastBuffers));
}
