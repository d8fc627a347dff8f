/** The cluster and its topics: small requests by the library's codecs, retried by the cluster's one rule. */

import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { NotNow } from '../cluster/failures.ts';
import { check, errorOf } from '../cluster/refusals.ts';
import { askedRelease } from '../cluster/release.ts';
import { apiVersionsV3, createTopicsV7, describeConfigsV4 } from '../codecs.ts';
import type { ClusterDescription, NewTopic, TopicDescription } from '../contract.ts';
import { topicFacts } from './topic-facts.ts';

const topicResource = 2;
const createTimeoutMs = 8000;
/** Managed services and gateways may answer anything to a question for the configuration. */
const configurationAttempts = 5;

/** {@link Kafka.describeCluster}. */
export function describeCluster(cluster: Cluster): Promise<ClusterDescription> {
  return cluster.retry('reach the cluster', async () => {
    const answer = cluster.askAny(apiVersionsV3.api, 'sluice', '1');
    const [version] = await Promise.all([askedRelease(answer), cluster.metadata([])]);
    return { ...cluster.known, version };
  });
}

/** {@link Kafka.describeTopic}. */
export function describeTopic(cluster: Cluster, name: string): Promise<TopicDescription | undefined> {
  let attempts = 0;
  return cluster.retry(`describe topic ${name}`, () => {
    attempts += 1;
    return describeOnce(cluster, name, attempts >= configurationAttempts);
  });
}

/** Asks for everything at once, for each would cost a round trip. Does not retry; `isLastAttempt`: see {@link topicConfig}. */
async function describeOnce(
  cluster: Cluster,
  name: string,
  isLastAttempt: boolean,
): Promise<TopicDescription | undefined> {
  const others = Promise.all([topicConfig(cluster, name, isLastAttempt), topicFacts(cluster, name)]);
  // Of a topic that is not there nothing else counts.
  others.catch(() => {});
  const topic = await cluster.refreshTopic(name);
  if (topic === undefined) return undefined;
  const [config, facts] = await others;
  const limit = Number(config['max.message.bytes']);
  return {
    name,
    id: topic.id,
    partitions: topic.partitions.length,
    ...facts,
    maxMessageBytes: Number.isSafeInteger(limit) ? limit : undefined,
    config,
  };
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
  const response = await cluster.askAny(describeConfigsV4.api, [
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
export async function createTopic(cluster: Cluster, topic: NewTopic): Promise<TopicDescription> {
  const what = `create topic ${topic.name}`;
  await cluster.retry(what, async () => {
    const response = await cluster.askAny(
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
  let attempts = 0;
  return cluster.retry(`wait for the leaders of topic ${topic.name}`, async () => {
    attempts += 1;
    const created = await describeOnce(cluster, topic.name, attempts >= configurationAttempts);
    const known = cluster.knownTopic(topic.name);
    const waiting = known?.partitions.findIndex(({ leader }) => leader < 0) ?? 0;
    if (created === undefined || waiting >= 0)
      throw new NotNow(Code.leaderNotAvailable, `find the leader of ${topic.name}-${waiting}`);
    return created;
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
