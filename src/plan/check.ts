/** A plan beside what stands: which settings of a topic are others, and what to do. Pure. */
import type { TopicDescription } from '../kafka/contract.ts';
import type { PlannedTopic } from './facts.ts';

/** One thing that is not as planned, or is. */
export interface Difference {
  readonly topic: string;
  /** `partitions`, `replication factor`, or a setting by Kafka's name; of a topic that is missing: `topic`. */
  readonly what: string;
  /** `differs`: it works, otherwise than planned. `loses`: what was acknowledged, or not yet read, may be lost by it; or nothing works. */
  readonly is: 'same' | 'differs' | 'loses';
  readonly found: string;
  readonly planned: string;
  readonly why: string;
  /** A command, or words, that make it so. */
  readonly remedy?: string;
}

/** Where less than planned loses something; others where another value does. */
const atLeast = ['retention.ms', 'max.message.bytes'];
const exactly = ['cleanup.policy'];
/** Where anything near enough will do. */
const roughly = ['segment.bytes', 'segment.ms', 'delete.retention.ms', 'min.cleanable.dirty.ratio'];

export function compareTopic(planned: PlannedTopic, found: TopicDescription | undefined): Difference[] {
  const { name: topic } = planned;
  if (found === undefined) {
    return [
      {
        topic,
        what: 'topic',
        is: 'differs',
        found: 'none',
        planned: `${planned.partitions.value} partitions`,
        why: 'It does not exist yet.',
        remedy: 'make it with the commands of --write, or let Sluice make it',
      },
    ];
  }
  return [
    comparePartitions(planned, found),
    ...compareReplicas(planned, found),
    ...Object.keys(planned.config).map((name) => compareSetting(planned, found, name)),
  ].filter((one) => one !== undefined);
}

function comparePartitions(
  { name: topic, partitions, config }: PlannedTopic,
  found: TopicDescription,
): Difference {
  const facts = {
    topic,
    what: 'partitions',
    found: String(found.partitions),
    planned: String(partitions.value),
    why: partitions.why,
  };
  if (found.partitions === partitions.value) return { ...facts, is: 'same' };
  if (found.partitions > partitions.value)
    return { ...facts, is: 'same', why: 'More than planned, which does no harm; fewer cannot be had.' };
  // Keys would be looked for in other partitions than those in which they stand.
  if (config['cleanup.policy']?.value === 'compact')
    return {
      ...facts,
      is: 'same',
      why: 'Fewer than planned, which works as well; their number is for ever.',
    };
  return {
    ...facts,
    is: 'differs',
    remedy: `kafka-topics.sh --alter --topic ${topic} --partitions ${partitions.value}`,
  };
}

function compareReplicas({ name: topic, replicas }: PlannedTopic, found: TopicDescription): Difference[] {
  if (found.replicationFactor === undefined) return [];
  const facts = {
    topic,
    what: 'replication factor',
    found: String(found.replicationFactor),
    planned: String(replicas.value),
    why: replicas.why,
  };
  if (found.replicationFactor >= replicas.value) return [{ ...facts, is: 'same' }];
  return [
    { ...facts, is: 'loses', remedy: 'kafka-reassign-partitions.sh, with more replicas for each partition' },
  ];
}

function compareSetting(
  planned: PlannedTopic,
  found: TopicDescription,
  name: string,
): Difference | undefined {
  const { value, why } = planned.config[name]!;
  const actual = name === 'max.message.bytes' ? found.maxMessageBytes?.toString() : found.config[name];
  // Not readable, or a broker that does not tell what it has by default.
  if (actual === undefined) return undefined;
  const is =
    name === 'min.insync.replicas'
      ? judgeLeast(Number(actual), Number(value), found.replicationFactor)
      : judge(name, actual, value);
  const remedy = `kafka-configs.sh --alter --entity-type topics --entity-name ${planned.name} --add-config ${name}=${value}`;
  const facts = { topic: planned.name, what: name, is, found: actual, planned: value, why };
  return is === 'same' ? facts : { ...facts, remedy };
}

/** More than there are copies, and nothing can be written; as many, and nothing while one is away. */
function judgeLeast(has: number, wants: number, copies: number | undefined): Difference['is'] {
  if (has < wants || (copies !== undefined && has > copies)) return 'loses';
  return has > wants && has === copies ? 'differs' : 'same';
}

function judge(name: string, actual: string, value: string): Difference['is'] {
  if (actual === value) return 'same';
  const [has, wants] = [Number(actual), Number(value)];
  if (exactly.includes(name)) return 'loses';
  if (name === 'unclean.leader.election.enable') return 'loses';
  if (atLeast.includes(name)) {
    // -1: for ever.
    if (has < 0 || has > wants)
      return name === 'retention.ms' && (has < 0 || has > 2 * wants) ? 'differs' : 'same';
    return 'loses';
  }
  // No cap at all, or one that leaves more than was planned.
  if (name === 'retention.bytes') return has < 0 || (wants >= 0 && has > wants) ? 'differs' : 'loses';
  if (roughly.includes(name)) return has <= 4 * wants && has >= wants / 4 ? 'same' : 'differs';
  return 'differs';
}
