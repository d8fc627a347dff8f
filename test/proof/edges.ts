/** Files whose sizes lie at the edges of a chunk. */
import { largestValue } from '../../src/kafka/batch.ts';
import { chunkHeaders } from '../../src/records/file-record.ts';

/** What full chunks fill where the topic takes as much: FORMAT.md, Sizes. */
const limit = 1_048_561;

/** A file and how many chunks FORMAT.md gives it. */
export interface EdgeFile {
  readonly path: string;
  readonly size: number;
  readonly chunks: number;
}

/** Empty, one byte, and around one and three full chunks. All paths are of one length, so that a chunk is the same in all. */
export function edgeFiles(uploader: string): EdgeFile[] {
  const pathOf = (name: string): string => `edges/${name.padEnd(12, '-')}.bin`;
  const reference = { uploader, path: pathOf(''), upload: '0'.repeat(32) };
  const chunk = largestValue(limit, { headers: chunkHeaders(reference, 'sha256', 0, 0) });
  return [
    { path: pathOf('empty'), size: 0, chunks: 0 },
    { path: pathOf('one-byte'), size: 1, chunks: 0 },
    { path: pathOf('chunk-less-1'), size: chunk - 1, chunks: 1 },
    { path: pathOf('chunk'), size: chunk, chunks: 1 },
    { path: pathOf('chunk-plus-1'), size: chunk + 1, chunks: 2 },
    { path: pathOf('three-chunks'), size: 3 * chunk, chunks: 3 },
  ];
}
