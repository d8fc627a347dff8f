/** librdkafka's word, by kcat: what stands on a topic, who leads, and whether all replicas are in step. */
import { kcat } from '../support/kcat.ts';
import type { Standing } from './account.ts';

/** What stands on the topic, by partition and offset. The checksum of each batch is checked. */
export async function standing(bootstrap: string, topic: string): Promise<Standing[]> {
  const options = ['-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-X', 'check.crcs=true'];
  const text = (await kcat(['-b', bootstrap, ...options, '-f', '%p %o %k %S\n'])).toString().trim();
  if (text === '') return [];
  return text
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([partition, offset, number, size]) => ({
      partition: partition!,
      offset: offset!,
      number: number!,
      size: size!,
    }))
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** A partition as kcat's `-L -J` tells it. */
interface PartitionState {
  readonly partition: number;
  /** Broker id; -1 while there is none. */
  readonly leader: number;
  readonly replicas: readonly { readonly id: number }[];
  readonly isrs: readonly { readonly id: number }[];
}

interface TopicState {
  readonly topic: string;
  readonly partitions: readonly PartitionState[];
}

async function topicState(bootstrap: string, topic: string): Promise<TopicState | undefined> {
  const answer = JSON.parse((await kcat(['-b', bootstrap, '-L', '-J', '-t', topic])).toString());
  return (answer.topics as TopicState[]).find((one) => one.topic === topic);
}

/** The broker that leads the partition; undefined while none does. */
export async function leaderOf(
  bootstrap: string,
  topic: string,
  partition: number,
): Promise<number | undefined> {
  const state = await topicState(bootstrap, topic);
  const leader = state?.partitions.find((one) => one.partition === partition)?.leader;
  return leader === undefined || leader < 0 ? undefined : leader;
}

/** True when each of the brokers knows of so many partitions. */
export async function hasPartitions(bootstrap: string, topic: string, count: number): Promise<boolean> {
  const states = await Promise.all(bootstrap.split(',').map((broker) => topicState(broker, topic)));
  return states.every((state) => state?.partitions.length === count);
}

/** True when each of the brokers says that every partition has a leader and all its replicas in sync. */
export async function isWhole(bootstrap: string, topic: string): Promise<boolean> {
  const answers = await Promise.all(bootstrap.split(',').map((broker) => saysWhole(broker, topic)));
  return answers.every(Boolean);
}

async function saysWhole(bootstrap: string, topic: string): Promise<boolean> {
  const { partitions = [] } = (await topicState(bootstrap, topic)) ?? {};
  return (
    partitions.length > 0 &&
    partitions.every(({ leader, replicas, isrs }) => leader >= 0 && isrs.length === replicas.length)
  );
}
