/** The flags for a topic that is made, of all verbs that make one. */
import { counted, optional, valued } from './flags.ts';
import { count, durationOrForever } from './values.ts';

interface Usual {
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** `retention`: what its help says. */
export function newTopicFlags(usual: Usual, retention: string) {
  return {
    partitions: counted('partitions', usual.partitions, [1, 100_000], 'how many partitions it has'),
    replicationFactor: valued(
      'replication-factor',
      'COUNT',
      count(-1, 32_767),
      usual.replicationFactor,
      "-1, the cluster's own",
      'copies of each partition',
    ),
    retention: optional('retention', 'TIME', durationOrForever, retention, "the cluster's own"),
  } as const;
}
