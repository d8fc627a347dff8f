/** The cluster and its topics: small requests by the library's codecs, retried by the cluster's one rule. */

import { ask } from '../api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { NotNow } from '../cluster/failures.ts';
import { check, errorOf } from '../cluster/refusals.ts';
import { askRelease } from '../cluster/release.ts';
import { createTopicsV7, describeConfigsV4 } from '../codecs.ts';
import type { ClusterDescription, NewTopic, TopicDescription } from '../contract.ts';
import { topicFacts } from './topic-facts.ts';

const topicResource = 2;
const createTimeoutMs = 8000;
/** Managed services and gateways may answer anything to a question for the configuration. */
const configurationAttempts = 5;

/** {@link Kafka.describeCluster}. */
export function describeCluster(cluster: Cluster): Promise<ClusterDescription> {
  return cluster.retry('reach the cluster', async () => {
    await cluster.metadata([]);
    const { connection } = await cluster.anyLink();
    return { ...cluster.known, version: await askRelease(connection) };
  });
}

/** {@link Kafka.describeTopic}. */
export function describeTopic(cluster: Cluster, name: string): Promise<TopicDescription | undefined> {
  let refusals = 0;
  return cluster.retry(`describe topic ${name}`, async () => {
    const topic = await cluster.refreshTopic(name);
    if (topic === undefined) return undefined;
    refusals += 1;
    const config = await topicConfig(cluster, name, refusals === configurationAttempts);
    const limit = Number(config['max.message.bytes']);
    return {
      name,
      id: topic.id,
      partitions: topic.partitions.length,
      ...(await topicFacts(cluster, name)),
      maxMessageBytes: Number.isSafeInteger(limit) ? limit : undefined,
      config,
    };
  });
}

/**
 * What may be read of it: nothing where the cluster refuses, and it need not be the ACLs that do. Does not retry; where
 * `isLastAttempt`, an answer that proves nothing counts as a refusal, for the topic can do without.
 */
async function topicConfig(
  cluster: Cluster,
  name: string,
  isLastAttempt: boolean,
): Promise<Record<string, string>> {
  const { connection } = await cluster.anyLink();
  const response = await ask(connection, describeConfigsV4.api, [
    { resourceType: topicResource, resourceName: name, configurationKeys: null },
  ]);
  const config: Record<string, string> = {};
  const result = response.results[0];
  if (result === undefined) return config;
  if (result.errorCode === Code.unknownTopicOrPartition)
    throw new NotNow(Code.unknownTopicOrPartition, `read the configuration of topic ${name}`);
  if (result.errorCode !== Code.none) {
    const what = `read the configuration of topic ${name}`;
    const error = errorOf('configuration', result.errorCode, what, null, { topic: name });
    if (error instanceof NotNow && !isLastAttempt) throw error;
    return config;
  }
  for (const { name: key, value } of result.configs) if (typeof value === 'string') config[key] = value;
  return config;
}

/** {@link Kafka.createTopic}. */
export async function createTopic(cluster: Cluster, topic: NewTopic): Promise<void> {
  const what = `create topic ${topic.name}`;
  await cluster.retry(what, async () => {
    const { connection } = await cluster.anyLink();
    const response = await ask(
      connection,
      createTopicsV7.api,
      [
        {
          name: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: topic.replicationFactor,
          assignments: [],
          configs: Object.entries(topic.config ?? {}).map(([name, value]) => ({ name, value })),
        },
      ],
      createTimeoutMs,
      false,
    );
    const { errorCode, errorMessage } = response.topics[0]!;
    if (errorCode !== Code.topicAlreadyExists)
      check('new topic', errorCode, what, errorMessage, { topic: topic.name });
    cluster.created(topic.name);
  });
  await cluster.retry(`wait for the leaders of topic ${topic.name}`, async () => {
    const created = await cluster.refreshTopic(topic.name);
    const waiting = created?.partitions.findIndex(({ leader }) => leader < 0) ?? 0;
    if (waiting >= 0)
      throw new NotNow(Code.leaderNotAvailable, `find the leader of ${topic.name}-${waiting}`);
  });
}

/** {@link Kafka.listTopics}. */
export function listTopics(cluster: Cluster): Promise<readonly string[]> {
  return cluster.retry('list the topics', async () => {
    const { topics } = await cluster.metadata(null);
    return topics
      .flatMap(({ name, isInternal }) => (typeof name === 'string' && !isInternal ? name : []))
      .sort();
  });
}
