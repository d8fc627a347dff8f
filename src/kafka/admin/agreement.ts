/** Up to where logs are as they were read: the OffsetForLeaderEpoch API (KIP-320), asked of each partition's leader. */
import { ask } from '../api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { NetworkFailure, NotNow } from '../cluster/failures.ts';
import { control } from '../cluster/link-purpose.ts';
import { errorOf } from '../cluster/refusals.ts';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import { Api } from '../cluster/versions.ts';
import { offsetForLeaderEpochV4 } from '../codecs.ts';
import type { EpochRun } from '../contract.ts';
import { Epochs } from '../epochs.ts';
import { required } from './offsets.ts';

/** So long a leader is not believed that has never heard of an epoch: it may be a former one that does not know it yet. */
const disbelievedMs = 5000;

/** {@link Kafka.agreement}; retries. */
export function agreement(
  cluster: Cluster,
  name: string,
  read: ReadonlyMap<number, readonly EpochRun[]>,
): Promise<ReadonlyMap<number, number>> {
  const began = performance.now();
  // In time for whoever gives up sooner.
  const disbelieved = Math.min(disbelievedMs, (cluster.options.giveUpAfter ?? Infinity) / 2);
  const what = `compare topic ${name} with what was read of it`;
  const wanted = new Map([...read].map(([partition, runs]) => [partition, new Epochs(runs)]));
  for (const [partition, { last }] of wanted) if (last < 0) wanted.delete(partition);
  if (wanted.size === 0) return Promise.resolve(new Map());
  return cluster.retry(what, () => {
    const isBelieved = performance.now() - began > disbelieved;
    return cluster.withTopic(name, (topic) => agree(cluster, required(topic, name), wanted, isBelieved));
  });
}

async function agree(
  cluster: Cluster,
  topic: TopicMetadata,
  wanted: ReadonlyMap<number, Epochs>,
  isBelieved: boolean,
): Promise<ReadonlyMap<number, number>> {
  const { name } = topic;
  const byLeader = Map.groupBy(wanted.keys(), (partition) => topic.partitions[partition]?.leader ?? -1);
  const answers = await Promise.all(
    [...byLeader].map(([leader, partitions]) => askLeader(cluster, name, leader, partitions, wanted)),
  );
  const agreed = new Map<number, number>();
  for (const { partition, errorCode, leaderEpoch, endOffset } of answers.flat()) {
    const what = `find out what became of ${name}-${partition}`;
    const epochs = wanted.get(partition);
    if (epochs === undefined) continue;
    if (errorCode === Code.unknownTopicOrPartition) throw new NotNow(errorCode, what);
    if (errorCode !== Code.none) throw errorOf('offsets', errorCode, what, null, { topic: name });
    const isKnown = leaderEpoch >= 0 && endOffset >= 0n;
    if (!isKnown && !isBelieved) throw new NotNow(Code.unknownLeaderEpoch, what);
    agreed.set(partition, isKnown ? epochs.agreement(leaderEpoch, Number(endOffset)) : 0);
  }
  return agreed;
}

async function askLeader(
  cluster: Cluster,
  name: string,
  leader: number,
  indexes: readonly number[],
  wanted: ReadonlyMap<number, Epochs>,
) {
  if (leader < 0)
    throw new NotNow(Code.leaderNotAvailable, `find the leader of ${name}-${indexes.join(',')}`);
  const { connection, versions } = await cluster.link(leader, control);
  if (!versions.has(Api.offsetForLeaderEpoch)) return [];
  const partitions = indexes.map((partitionIndex) => ({
    partitionIndex,
    currentLeaderEpoch: -1,
    leaderEpoch: wanted.get(partitionIndex)!.last,
  }));
  const response = await ask(connection, offsetForLeaderEpochV4.api, -1, [{ name, partitions }]);
  const answers = response.topics.flatMap((answer) => answer.partitions);
  const unanswered = indexes.filter((index) => !answers.some(({ partition }) => partition === index));
  if (unanswered.length > 0)
    throw new NetworkFailure(`the answer says nothing of the epochs of ${name}-${unanswered.join(', ')}`);
  return answers;
}
