/** The chunks of a striped upload, each to the partition with the fewest of them on their way. */
import type { Appended, NewRecord } from '../../kafka/contract.ts';
import { KafkaError } from '../../kafka/contract.ts';
import type { Chunk } from '../../records/file-record.ts';
import type { FileState } from '../../records/state-record.ts';
import { stripesLimit } from '../../records/stripes.ts';
import type { Sealing } from './sealing.ts';
import type { SendContext } from './send-context.ts';
import { StripePlan } from './stripe-plan.ts';

/** Bytes that naming a stripe takes in the closing record, and what that has beside them that a chunk has not. */
const named = 46;
const beside = 256;
/** How often a chunk is sent again of which the broker does not say where it stands. */
const tries = 3;

/** How many partitions share a file that is begun now. */
export function sharedBy(context: SendContext, size: number): number {
  const { partitions, stripeAbove = 0 } = context.options;
  const isLarge = stripeAbove > 0 && size > stripeAbove && !context.isUrgent;
  return isLarge ? Math.min(partitions.all(0).length, stripesLimit) : 1;
}

/** Undefined: all of it goes to `home`. An upload that was begun goes on as it began. */
export function stripePlanOf(
  context: SendContext,
  sealing: Sealing,
  chunk: Omit<Chunk, 'kind' | 'bytes'> & { readonly home: number },
  resume: FileState | undefined,
): StripePlan | undefined {
  if (resume !== undefined && resume.stripes === undefined) return undefined;
  const all = context.options.partitions.all(chunk.home);
  const isLarge = sharedBy(context, chunk.size) > 1;
  // The closing record is to fit where the largest chunk does.
  const least = beside + named * Math.min(all.length, stripesLimit);
  const isWanted = isLarge && sealing.largestChunk(context.limit, chunk) >= least;
  return resume !== undefined || isWanted ? new StripePlan(all, resume?.stripes) : undefined;
}

/** Resolves with where it stands. */
export async function appendStriped(
  context: SendContext,
  plan: StripePlan,
  record: NewRecord,
  bytes: number,
): Promise<Appended> {
  const partition = plan.choose(bytes);
  try {
    for (let left = tries; left > 0; left--) {
      const place = await context.append(partition, record, bytes, 'free');
      if (place.offset < 0) continue;
      // The closing record says where all of them stand: of a repeated batch the broker may not know. It may stand there twice.
      plan.saw(partition, place.offset);
      return place;
    }
  } finally {
    plan.arrived(partition, bytes);
  }
  throw new KafkaError('invalid', 'the broker does not say where a chunk stands');
}
