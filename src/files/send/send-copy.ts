/** Sends a file whose bytes are on the topic already, as one record that says so. */
import { crashPoint } from '../../crash-points.ts';
import { batchSize } from '../../kafka/batch.ts';
import type { NewRecord } from '../../kafka/contract.ts';
import { encodeCopy } from '../../records/file-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { fingerprintOf } from '../state/fingerprint.ts';
import type { FoundCopy } from './find-copy.ts';
import { saidOf } from './fit-attributes.ts';
import type { SendContext } from './send-context.ts';

/**
 * Resolves with the id of the upload once it is acknowledged. Undefined where two names leave no room in one record. It stands behind what
 * it names, in the same partition.
 */
export function sendCopy(
  context: SendContext,
  file: SourceFile,
  { of, digest, mtime, mode }: FoundCopy,
): Promise<string> | undefined {
  const { uploader, ids, state } = context.options;
  const { path, size } = file;
  const upload = ids.next(state.get(path)?.upload);
  const record = encodeCopy({ uploader, path, upload, size, digest, mtime, mode, of, ...saidOf(file) });
  if (batchSize(record) > context.limit) return undefined;
  return append(context, file, record, { upload, digest, of });
}

async function append(
  context: SendContext,
  file: SourceFile,
  record: NewRecord,
  { upload, digest, of }: Pick<FoundCopy, 'digest' | 'of'> & { readonly upload: string },
): Promise<string> {
  const { state, topicId: topic } = context.options;
  crashPoint('close:before-append');
  const place = await context.append(of.partition, record, 0);
  crashPoint('close:after-ack');
  const offset = Math.max(0, place.offset);
  const { path, size } = file;
  const fingerprint = fingerprintOf(file, context.options.encryption);
  const sent = { topic, upload, state: 'sent', fingerprint, partition: of.partition, acked: size } as const;
  state.set(path, { ...sent, first: offset, last: offset, digest, of });
  return upload;
}
