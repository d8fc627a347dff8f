/** Which right of Kafka's ACLs is missing, in the words of whoever hands them out (`kafka-acls.sh`). PURE. */

/** Whose rights were looked at. */
export interface Resources {
  readonly topic?: string | undefined;
  readonly group?: string | undefined;
}

/** By what was asked: the operation on the topic, and on the group. One that includes others is named where the others are needed too. */
const operations = {
  metadata: { topic: 'Describe' },
  'producer id': { topic: 'Write' },
  produce: { topic: 'Write' },
  producers: { topic: 'Read' },
  fetch: { topic: 'Read' },
  offsets: { topic: 'Describe' },
  coordinator: { group: 'Read' },
  positions: { topic: 'Describe', group: 'Read' },
  commit: { topic: 'Read', group: 'Read' },
  membership: { topic: 'Describe', group: 'Read' },
  configuration: { topic: 'DescribeConfigs' },
  groups: {},
  'new topic': { topic: 'Create' },
} as const satisfies Readonly<Record<string, { readonly topic?: string; readonly group?: string }>>;

const [ofTopic, ofGroup, ofCluster] = [29, 30, 31];

/** E.g. `Ask for the right Write on Topic:files`; undefined for codes that are about no right. */
export function missingRight(
  asked: keyof typeof operations,
  code: number,
  { topic, group }: Resources = {},
): string | undefined {
  const operation: { readonly topic?: string; readonly group?: string } = operations[asked];
  if (code === ofTopic)
    return `Ask for the right ${operation.topic ?? 'Describe'} on ${named('Topic', topic)}`;
  if (code === ofGroup) return `Ask for the right ${operation.group ?? 'Read'} on ${named('Group', group)}`;
  if (code !== ofCluster) return undefined;
  // Whoever may write to any topic needs no right on the cluster.
  if (asked === 'produce' || asked === 'producer id')
    return `Ask for the right Write on ${topic === undefined ? 'the topics that are to be written to' : `Topic:${topic}`}`;
  if (asked === 'groups') return 'Ask for the right Describe on Cluster:kafka-cluster';
  return asked === 'new topic'
    ? `Ask for the right Create on ${named('Topic', topic)}`
    : 'Ask for the right ClusterAction on Cluster:kafka-cluster';
}

function named(kind: 'Topic' | 'Group', name: string | undefined): string {
  return name === undefined ? `the ${kind.toLowerCase()}` : `${kind}:${name}`;
}
