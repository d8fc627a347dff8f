/** Quotas that leave room for others, and let everything through in the end. Pure. */
import { usualMaxMessageBytes } from '../files/shared/topics.ts';
import { replicasOf } from './common.ts';
import type { PlanFacts, PlannedQuota } from './facts.ts';
import { bytesText } from './sizes.ts';

/** So long a broker counts for its quotas: `quota.window.num` less the one that runs, of a second each. */
const quotaSeconds = 10;
/** A quota for reading that is smaller lets no record of the largest size through. */
const leastReading = Math.ceil(usualMaxMessageBytes / quotaSeconds);

/** Of uploaders and downloaders: what is theirs of each broker's line. */
export function quotasOf({ files, live, cluster }: PlanFacts): PlannedQuota[] {
  if (files === undefined) return [];
  const { value: copies } = replicasOf(cluster);
  const share = live === undefined ? 0.7 : 0.5;
  const ofLine = Math.floor(cluster.line * share);
  const beside = live === undefined ? 'the rest is for what else goes on' : 'streams keep the other half';
  return [
    {
      who: 'uploaders',
      name: 'producer_byte_rate',
      value: Math.floor((cluster.line * share) / copies),
      why: `All clients of that user together, at each broker: ${share * 100} % of its line, of which each of ${copies} copies takes as much; ${beside}.`,
    },
    {
      who: 'downloaders',
      name: 'consumer_byte_rate',
      value: Math.max(ofLine, leastReading),
      why:
        ofLine >= leastReading
          ? `So that one who catches up after days leaves room for others: ${share * 100} % of each broker's line.`
          : `The least by which a record of ${bytesText(usualMaxMessageBytes)} comes at all: brokers count over ${quotaSeconds} s, and give it whole or never. ${share * 100} % of a broker's line would be less; --chunk-size and --bandwidth make it bearable.`,
    },
  ];
}
