/** What the metadata of a topic tells beyond what producing and consuming need: its copies, and what this client may do. */

import type { Cluster } from '../cluster/cluster.ts';
import { metadataV12 } from '../codecs.ts';
import type { TopicDescription, TopicRight } from '../contract.ts';

/** Kafka's codes of ACL operations (KIP-430). */
const operations: readonly (readonly [code: number, right: TopicRight])[] = [
  [3, 'Read'],
  [4, 'Write'],
  [8, 'Describe'],
  [10, 'DescribeConfigs'],
];

/** What a broker answers that was not asked, or does not know. */
const unknownOperations = -(2 ** 31);

/** The rights that the bits of an answer stand for; undefined where it says nothing. */
export function rightsOf(bits: number): readonly TopicRight[] | undefined {
  if (bits === unknownOperations) return undefined;
  return operations.filter(([code]) => (bits & (1 << code)) !== 0).map(([, right]) => right);
}

/** Asks any broker. */
export async function topicFacts(
  cluster: Cluster,
  name: string,
): Promise<Pick<TopicDescription, 'replicationFactor' | 'rights'>> {
  const response = await cluster.askAny(metadataV12.api, [name], false, true);
  const topic = response.topics.find((candidate) => candidate.name === name);
  if (topic === undefined || topic.partitions.length === 0) return {};
  const copies = topic.partitions.map(({ replicaNodes }) => replicaNodes.length);
  return { replicationFactor: Math.min(...copies), rights: rightsOf(topic.topicAuthorizedOperations) };
}
