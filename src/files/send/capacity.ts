/** Whether records can be made of a file: what they may say, and what there is room for. Pure. */
import { FormatError } from '../../errors.ts';
import { batchSize, largestValue } from '../../kafka/batch.ts';
import type { NewRecord } from '../../kafka/contract.ts';
import { checkFileRecord, chunkHeaders, encodeClose } from '../../records/file-record.ts';
import { isLastVersion } from '../../records/upload-id.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { saidOf } from './fit-attributes.ts';
import { digestPlaceholders, mostBeside, uploadPlaceholder } from './pack-files.ts';
import type { SendContext } from './send-context.ts';

/** Why a file is not sent. */
export interface SendFault {
  readonly reason: string;
  /** Nothing but another file will mend it; otherwise a larger limit of the topic will. */
  readonly isFinal: boolean;
}

/** Why no records can be made of the file, or undefined when they can: one byte a chunk, and the closing record. */
export function sendFault({ options, limit }: SendContext, file: SourceFile): SendFault | undefined {
  const { uploader, checksum, state, encryption } = options;
  const { path, size, mtime, mode } = file;
  const known = state.get(path)?.upload;
  if (known !== undefined && isLastVersion(known))
    return { reason: 'its versions have been counted to the end', isFinal: true };
  const ref = { uploader, path, upload: uploadPlaceholder };
  const facts = { ...ref, size, mtime, mode, ...saidOf(file), digest: digestPlaceholders[checksum] };
  let close: NewRecord;
  // Encrypted, a name may stand there twice.
  const sealed = encryption === undefined ? 0 : encryption.packOverhead + mostBeside(uploader, file);
  try {
    if (mostBeside(uploader, file) + sealed < limit) {
      checkFileRecord({ kind: 'close', ...facts });
      return undefined;
    }
    close = encodeClose(facts);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { reason: `no record can hold it: ${error.message}`, isFinal: true };
  }
  const hasRoom = sealed === 0 && largestValue(limit, { headers: chunkHeaders(ref, checksum, size, 0) }) > 0;
  if (hasRoom && batchSize(close) <= limit) return undefined;
  const reason = `its name leaves no room in a record of ${limit} bytes: raise the topic's max.message.bytes`;
  return { reason, isFinal: false };
}
