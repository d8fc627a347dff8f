/** What a topic keeps, compared with what is sent there: a file whose beginning is gone before its end is there can be had by nobody. Pure. */

/** A topic's own configuration, as far as it bounds what a partition keeps. */
export interface Retention {
  /** `retention.bytes`: a partition keeps so many of its newest bytes at the least; undefined: all. */
  readonly bytes: number | undefined;
  /** `segment.bytes`: what is removed at once at the most, so that up to so many more may stand there. */
  readonly segment: number;
  /** `retention.ms`; undefined: for ever. */
  readonly ms: number | undefined;
}

/** Kafka's own default. */
const usualSegment = 1024 ** 3;

/** By Kafka's names; -1 is no limit, and what is not said is taken for none. */
export function retentionOf(config: Readonly<Record<string, string>>): Retention {
  return {
    bytes: limit(config['retention.bytes']),
    segment: limit(config['segment.bytes']) ?? usualSegment,
    ms: limit(config['retention.ms']),
  };
}

function limit(text: string | undefined): number | undefined {
  const value = text === undefined ? -1 : Number(text);
  return value >= 0 ? value : undefined;
}

/** How a file is to be sent. */
export interface Sent {
  readonly size: number;
  /** Partitions that share its bytes. Default: one has all. */
  readonly partitions?: number;
  /** Its bytes take as many on the topic, at the least: nothing makes them fewer. */
  readonly isIncompressible: boolean;
  /** Bytes a second; undefined: no limit. */
  readonly bandwidth: number | undefined;
}

/** `lost`: certain to lose its beginning before its end is there; `doubtful`: it may. With the figures. */
export type Outlook = { readonly is: 'kept' } | { readonly is: 'lost' | 'doubtful'; readonly why: string };

/**
 * Kafka removes a segment as soon as what stands behind it in its partition is `retention.bytes` or more. A file's first record shares its segment
 * with others, of `segment.bytes` at the most: when all of them and `retention.bytes` more have come, that segment may go, whatever else is
 * written there. Between both it depends on where in a segment the file begins, and on what others write.
 */
export function outlookOf(
  { bytes, segment, ms }: Retention,
  { size, partitions = 1, isIncompressible, bandwidth }: Sent,
): Outlook {
  // One of them has as much at the least.
  const share = Math.ceil(size / partitions);
  if (bytes !== undefined && share > bytes) {
    const has =
      partitions === 1
        ? `it has ${size} bytes`
        : `each of ${partitions} partitions is to have ${share} of its ${size} bytes`;
    const keeps = `a partition keeps ${bytes} bytes (retention.bytes), and up to ${bytes + segment} with a segment (segment.bytes)`;
    if (isIncompressible && share >= bytes + segment)
      return {
        is: 'lost',
        why: `${has}, and ${keeps}: its beginning would be gone before its end is there`,
      };
    const unless = isIncompressible ? '' : ', unless compression makes it as small';
    return {
      is: 'doubtful',
      why: `${has}, and ${keeps}: its beginning may be gone before its end is there${unless}`,
    };
  }
  if (ms === undefined || bandwidth === undefined) return { is: 'kept' };
  const takes = Math.round((size / bandwidth) * 1000);
  if (takes <= ms) return { is: 'kept' };
  const why = `at ${bandwidth} bytes a second (--bandwidth) its ${size} bytes take ${takes} ms, and records are kept for ${ms} ms (retention.ms): its beginning may be gone before its end is there`;
  return { is: 'doubtful', why };
}
