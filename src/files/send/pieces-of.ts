/** With `--delta` an uploader cuts what it sends into pieces by its content, and says in the record that ends the upload what these are. */
import { batchSize } from '../../kafka/batch.ts';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import { type Close, encodeClose } from '../../records/file-record.ts';
import { encodePieceIndex } from '../../records/piece-index.ts';
import type { FileHasher } from '../hashing/file-hasher.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { bitsFor, CuttingHasher, PieceHasher } from '../hashing/piece-hasher.ts';
import type { SendContext } from './send-context.ts';

/** Smaller files are sent whole: asking what they were costs as much. */
export const leastDelta = 1024 * 1024;

/** A hasher of a whole file that is sent. Of what is striped nothing is cut: no delta names it. */
export function hasherFor(
  context: SendContext,
  checksum: ChecksumAlgorithm,
  size: number,
  isStriped = false,
): FileHasher {
  const whole = createFileHasher(checksum, size);
  if (!context.options.isCut || isStriped || size < leastDelta) return whole;
  return new CuttingHasher(whole, new PieceHasher(bitsFor(size, context.limit), context.limit));
}

/** What a closing record says, with the pieces of the file that `hasher` has seen, where a record holds them. */
export function withPieces(
  { limit }: SendContext,
  hasher: FileHasher,
  close: Omit<Close, 'kind'>,
): Omit<Close, 'kind'> {
  const found = hasher instanceof CuttingHasher ? hasher.pieces.index() : undefined;
  if (found === undefined) return close;
  const cut = { ...close, index: encodePieceIndex(found) };
  return batchSize(encodeClose(cut)) > limit ? close : cut;
}
