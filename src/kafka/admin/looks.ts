/** What is looked at by whoever shows a cluster to people: its consumer groups, and how large logs are. Every broker is asked. */

import { ask } from '../api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Connection } from '../cluster/connection.ts';
import { Code } from '../cluster/error-codes.ts';
import { control } from '../cluster/link-purpose.ts';
import { errorOf } from '../cluster/refusals.ts';
import { Api } from '../cluster/versions.ts';
import { describeLogDirsV4, listGroupsV4 } from '../codecs.ts';
import { type GroupListing, KafkaError } from '../contract.ts';

/** The answers of all brokers that speak the API. Does not retry. */
async function ofEach<Answer>(
  cluster: Cluster,
  api: number,
  use: (connection: Connection) => Promise<Answer>,
): Promise<Answer[]> {
  await cluster.metadata([]);
  const answers = cluster.known.brokers.map(async ({ id }) => {
    const { connection, versions } = await cluster.link(id, control);
    return versions.has(api) ? [await use(connection)] : [];
  });
  return (await Promise.all(answers)).flat();
}

/** {@link Kafka.listGroups}. */
export function listGroups(cluster: Cluster): Promise<readonly GroupListing[]> {
  const what = 'list the consumer groups';
  return cluster.retry(what, async () => {
    const answers = await ofEach(cluster, Api.listGroups, (connection) =>
      ask(connection, listGroupsV4.api, [], []),
    );
    const groups = new Map<string, boolean>();
    for (const { errorCode, groups: listed } of answers) {
      if (errorCode !== Code.none) throw errorOf('groups', errorCode, what);
      for (const { groupId, groupState } of listed)
        groups.set(groupId, groupState !== 'Empty' && groupState !== 'Dead');
    }
    return [...groups].map(([group, hasMembers]) => ({ group, hasMembers }));
  });
}

/** {@link Kafka.logBytes}. */
export async function logBytes(
  cluster: Cluster,
  topics: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<number, number>> | undefined> {
  const what = 'find out how large logs are';
  try {
    return await cluster.retry(what, async () => {
      const known = await Promise.all(topics.map((name) => cluster.refreshTopic(name)));
      const wanted = topics.flatMap((name, index) => {
        const count = known[index]?.partitions.length ?? 0;
        return count === 0 ? [] : [{ name, partitions: Array.from({ length: count }, (_, one) => one) }];
      });
      if (wanted.length === 0) return new Map();
      const answers = await ofEach(cluster, Api.describeLogDirs, (connection) =>
        ask(connection, describeLogDirsV4.api, wanted),
      );
      return answers.length === 0 ? undefined : largest(answers, what);
    });
  } catch (error) {
    if (error instanceof KafkaError && error.kind === 'unauthorized') return undefined;
    throw error;
  }
}

type LogDirs = ReturnType<typeof describeLogDirsV4.parseResponse>;

function largest(answers: readonly LogDirs[], what: string): ReadonlyMap<string, Map<number, number>> {
  const sizes = new Map<string, Map<number, number>>();
  for (const { errorCode, results } of answers) {
    if (errorCode !== Code.none) throw errorOf('groups', errorCode, what);
    // Of a disk that has failed nothing is said; brokers that may not tell say nothing at all.
    if (results.length === 0) throw new KafkaError('unauthorized', `Could not ${what}.`);
    for (const { name, partitions } of results.flatMap((one) => one.topics)) {
      const sizeOf = sizes.get(name) ?? new Map<number, number>();
      sizes.set(name, sizeOf);
      for (const { partitionIndex, partitionSize, isFutureKey } of partitions)
        if (!isFutureKey)
          sizeOf.set(partitionIndex, Math.max(sizeOf.get(partitionIndex) ?? 0, Number(partitionSize)));
    }
  }
  return sizes;
}
