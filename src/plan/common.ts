/** What topics of both kinds have alike. Pure. */
import { type ClusterFacts, day, type Reasoned } from './facts.ts';
import { bytesText, powerOfTwo, timeText } from './sizes.ts';

const mebibyte = 1024 * 1024;

/** Copies of each partition. */
export function replicasOf({ brokers }: Pick<ClusterFacts, 'brokers'>): Reasoned<number> {
  const value = Math.min(3, brokers);
  const lost =
    value === 3
      ? 'one broker may be down for work and another may fail, and nothing is lost'
      : value === 2
        ? 'one broker may be lost; on three it would be 3, so that writing goes on meanwhile'
        : 'there is one broker: what is on its disk is lost with it';
  return { value, why: `${value} of ${brokers} brokers: ${lost}.` };
}

/** What protects what was acknowledged. */
export function safety(cluster: Pick<ClusterFacts, 'brokers'>): Readonly<Record<string, Reasoned<string>>> {
  const replicas = replicasOf(cluster).value;
  const least = Math.max(1, replicas - 1);
  return {
    'min.insync.replicas': {
      value: String(least),
      why:
        least > 1
          ? `Acknowledged is what ${least} brokers have; writing goes on while one of ${replicas} is away.`
          : 'With fewer than three copies a greater number would stop writing whenever a broker is away.',
    },
    'unclean.leader.election.enable': {
      value: 'false',
      why: 'A broker that lacks what was acknowledged must not become leader: files would have holes.',
    },
  };
}

/** Of records that go by age: none are compressed again, removed by key, or dated by the broker. */
export const byAge: Readonly<Record<string, Reasoned<string>>> = {
  'cleanup.policy': {
    value: 'delete',
    why: 'Records go by age. Chunks have no keys: compaction would refuse them.',
  },
  'compression.type': {
    value: 'producer',
    why: 'Whoever writes has compressed what is worth it; the broker would only do it again.',
  },
  'message.timestamp.type': {
    value: 'CreateTime',
    why: 'Times of records are those of sending, by which retention counts.',
  },
};

/** Of topics that remember by key. */
export function compacted(what: string): Readonly<Record<string, Reasoned<string>>> {
  return {
    'cleanup.policy': { value: 'compact', why: `The newest record of each key is what counts: ${what}.` },
    'segment.bytes': {
      value: String(64 * mebibyte),
      why: 'Only closed segments are compacted, and readers read all that is not: 64 MiB keeps both short.',
    },
    'segment.ms': { value: String(day), why: 'A quiet topic is compacted too, a day late at most.' },
    'min.cleanable.dirty.ratio': {
      value: '0.2',
      why: 'Compacted once a fifth is old, not half: a start reads a partition from its beginning.',
    },
    'delete.retention.ms': {
      value: String(day),
      why: 'What was forgotten stays told for a day, for readers that are in the middle of it.',
    },
  };
}

/** How large, and how old, segments grow where records go by age: whole segments are removed, so each is as much more on the disk. */
export function segments(
  bytesPerDay: number,
  retention: number,
  largestRecord: number,
): Readonly<Record<'segment.bytes' | 'segment.ms', Reasoned<string>>> {
  const age = Math.min(day, Math.max(600_000, Math.round(retention / 8)));
  const wanted = (bytesPerDay / day) * age;
  const least = powerOfTwo(16 * largestRecord, 16 * mebibyte, 1024 * mebibyte);
  const size = powerOfTwo(wanted, least, 1024 * mebibyte);
  return {
    'segment.bytes': {
      value: String(size),
      why: `A partition gets ${bytesText(wanted)} in ${timeText(age)}; Kafka removes whole segments, so smaller ones waste less disk, and each costs three open files.`,
    },
    'segment.ms': {
      value: String(age),
      why: `What stands in a segment that is still written is never removed: after ${timeText(age)} another is begun, an eighth of the retention or a day.`,
    },
  };
}

/** Copies of partitions that a broker is planned to have: what Kafka's makers advise, and what one starts with in minutes and not hours. */
export const mostCopies = 4000;

/** Up to a multiple of the brokers, so that each leads as many; where that is more than the most, down to one. */
export function sharedAlike(count: number, brokers: number, most: number): number {
  const up = Math.ceil(count / brokers) * brokers;
  if (up <= most) return up;
  return brokers > most ? most : Math.floor(most / brokers) * brokers;
}
