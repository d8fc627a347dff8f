/** Whether the topic's records have room for a file beside its name. Pure. */
import { batchSize, largestValue } from '../../kafka/batch.ts';
import { chunkHeaders, encodeClose } from '../../records/file-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { digestPlaceholders, uploadPlaceholder } from './pack-files.ts';
import type { SendContext } from './send-context.ts';

/** Why no record can be made of the file, or undefined when they can: one byte a chunk, and the closing record. */
export function capacityFault({ options, limit }: SendContext, file: SourceFile): string | undefined {
  const { uploader, checksum } = options;
  const { path, size, mtime, mode } = file;
  const ref = { uploader, path, upload: uploadPlaceholder };
  const close = encodeClose({ ...ref, size, mtime, mode, digest: digestPlaceholders[checksum] });
  const hasRoom = largestValue(limit, { headers: chunkHeaders(ref, checksum, size, 0) }) > 0;
  if (hasRoom && batchSize(close) <= limit) return undefined;
  return `its name leaves no room in a record of ${limit} bytes: raise the topic's max.message.bytes`;
}
