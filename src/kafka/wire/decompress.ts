/** Expands the records of a compressed batch, off the main thread, and never beyond a cap. */
import { promisify } from 'node:util';
import { gunzip, type ZlibOptions, type ZstdOptions, zstdDecompress } from 'node:zlib';
import { KafkaError } from '../contract.ts';

/** A batch may not expand beyond this: what claims more is taken for an attack. */
const maxOutputBytes = 128 * 1024 * 1024;

const names = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
type Expand = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const expanders: ReadonlyMap<number, Expand> = new Map<number, Expand>([
  [1, promisify<Buffer, ZlibOptions, Buffer>(gunzip)],
  [4, promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress)],
]);

/**
 * Kafka's compression codes: 1 gzip, 2 snappy, 3 lz4, 4 zstd. Rejects with KafkaError `unsupported` or `corrupt`; `what`
 * names the batch.
 */
export async function decompress(bytes: Buffer, compression: number, what: string): Promise<Buffer> {
  const expand = expanders.get(compression);
  if (expand === undefined) {
    const name = names[compression] ?? `number ${compression}`;
    throw new KafkaError(
      'unsupported',
      `${what} is compressed with ${name}, which Sluice does not read. Produce with gzip, zstd or none`,
    );
  }
  try {
    return await expand(bytes, { maxOutputLength: maxOutputBytes });
  } catch (error) {
    throw new KafkaError('corrupt', `${what} does not expand to at most ${maxOutputBytes} bytes`, {
      cause: error,
    });
  }
}
