/** How large the buffers of an uploader are, and so its chunks and packs at the most. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { largestValue } from '../../kafka/batch.ts';
import { KafkaError } from '../../kafka/contract.ts';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import { chunkHeaders } from '../../records/file-record.ts';
import type { UploadSettings } from '../shared/options.ts';

/** While one buffer is read into, one is hashed and one is on its way: with fewer the disk and Kafka wait for each other. */
const leastBuffers = 3;
/** Bytes that a buffer has at least, where the topic takes so much: smaller chunks cost more than they hold. */
const leastBytes = 64 * 1024;

/**
 * The largest batch of one record that a Java producer with its own defaults sends on (MirrorMaker 2, Connect, every copier made of
 * them). It refuses what it estimates to be more than `max.request.size`, 1,048,576 bytes, and reserves for the length, attributes and
 * deltas of a record the 21 bytes that they can be at most (DefaultRecord.MAX_RECORD_OVERHEAD); at this size they are 6. A topic's own
 * limit is 12 bytes above `max.request.size`, so that a record may fit the topic and not the copier.
 */
export const copiedBatchBytes = 1_048_576 - (21 - 6);

/**
 * How large batches of one record may be on a topic that takes `topicLimit` bytes: what copiers take, unless the user has chosen chunks
 * that are larger.
 */
export function recordLimit(
  choice: { readonly chunkSize: number | undefined; readonly checksum: ChecksumAlgorithm },
  topicLimit: number,
): number {
  const { chunkSize, checksum } = choice;
  if (chunkSize !== undefined && chunkSize > largestChunk(copiedBatchBytes, 'x', checksum)) return topicLimit;
  return Math.min(topicLimit, copiedBatchBytes);
}

/** Bytes of a file in a batch of `limit` bytes, beside the shortest of headers. */
function largestChunk(limit: number, uploader: string, checksum: ChecksumAlgorithm): number {
  const ref = { uploader, path: 'x', upload: '0'.repeat(32) };
  return largestValue(limit, { headers: chunkHeaders(ref, checksum, 0, 0) });
}

export interface BufferPlan {
  readonly count: number;
  /** Bytes of each. */
  readonly size: number;
}

/**
 * `bufferBytes` of memory in buffers as large as records may be ({@link recordLimit}, bytes), or a third of it if that is less: a topic that takes large records is no reason to hold more than was allowed.
 */
export function planBuffers(bufferBytes: number, limit: number): BufferPlan {
  const size = Math.min(limit, largestShare(bufferBytes));
  return { count: Math.max(leastBuffers, Math.floor(bufferBytes / size)), size };
}

/** Throws ConfigurationError for a chunk size that does not fit beside the shortest of headers, or not thrice into memory. */
export function checkChunkSize(settings: UploadSettings, limit: number): void {
  const { chunkSize, checksum, name, bufferBytes } = settings;
  if (chunkSize === undefined) return;
  const largest = largestChunk(limit, name, checksum);
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

/** True when Kafka refused a record for its size: the limit was lowered, and the file must be cut anew. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof KafkaError && error.kind === 'too-large';
}
