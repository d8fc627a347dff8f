/** PURE. What the options of a producer say of compression. */
import { ConfigurationError } from '../../errors.ts';
import { compressions, type ProducerOptions } from '../contract.ts';
import type { Codec } from '../wire/compress.ts';

/** How a producer compresses. */
export interface CompressionPlan {
  readonly codec: Codec;
  /** Undefined for codecs that have none. */
  readonly level: number | undefined;
  /** Only what looks as if it could be made smaller. */
  readonly looks: boolean;
}

const highestLevels: ReadonlyMap<string, number> = new Map([
  ['auto', 22],
  ['zstd', 22],
  ['gzip', 9],
]);
/** The fastest: files are to arrive, and a broker that waits for the client is no gain. */
const usualLevel = 1;

/** Undefined: nothing is compressed. Throws ConfigurationError for what no producer can do. */
export function compressionPlan({
  compression = 'none',
  compressionLevel: level,
}: ProducerOptions): CompressionPlan | undefined {
  if (!compressions.includes(compression)) {
    const choices = compressions.join(', ');
    throw new ConfigurationError(`there is no compression "${compression}": choose one of ${choices}`);
  }
  const highest = highestLevels.get(compression);
  if (level !== undefined && highest === undefined)
    throw new ConfigurationError(`compression "${compression}" has no levels: leave the level out`);
  if (level !== undefined && !(Number.isInteger(level) && level >= 1 && level <= highest!)) {
    throw new ConfigurationError(
      `compression "${compression}" has no level ${level}: choose one from 1 to ${highest}`,
    );
  }
  if (compression === 'none') return undefined;
  return {
    codec: compression === 'auto' ? 'zstd' : compression,
    level: highest === undefined ? undefined : (level ?? usualLevel),
    looks: compression === 'auto',
  };
}
