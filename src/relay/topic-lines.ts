/** What MirrorMaker 2 copies: topics, their names, and their settings. Pure. */
import { stateTopicOf } from '../files/shared/topics.ts';
import { indexTopicOf, keysTopicOf, streamsTopicOf } from '../live/topics.ts';
import type { RelayLine } from './line.ts';
import type { RelaySettings } from './options.ts';

/** A topic and what belongs to it; {@link keysTopicOf} does not: whoever has it lets senders in. */
function topicPattern(topic: string): string {
  const others = [stateTopicOf, indexTopicOf, streamsTopicOf].map((of) => of('').slice(1));
  return `${topic.replaceAll('.', '[.]')}([.](${others.join('|')}))?`;
}

/** Which topics, under which names, and what they are made with. */
export function topicLines({
  from,
  to,
  topics,
  names,
  ownRetention,
  replicationFactor,
}: RelaySettings): RelayLine[] {
  const way = `${from.name}->${to.name}`;
  const kept = ownRetention ? ['retention.ms', 'retention.bytes'] : [];
  return [
    { name: `${way}.enabled`, value: 'true', why: 'One way.' },
    {
      name: `${to.name}->${from.name}.enabled`,
      value: 'false',
      why: 'And not back: with names that are kept, records would go round for ever.',
    },
    {
      name: `${way}.topics`,
      value: topics.map(topicPattern).join(', '),
      why: `Regular expressions. What belongs to a topic of Sluice goes with it: what was sent (.state), the index and the claims of live video (.index, .streams). Keys of senders (${keysTopicOf('')}) stay: who is to have them names that topic.`,
    },
    {
      name: `${way}.topics.exclude`,
      value: 'mm2.*[.]internal, .*[.]internal, .*[.]replica, __.*, heartbeats',
      why: 'Never topics of brokers and of MirrorMaker 2 itself, whatever names stand above.',
    },
    names === 'kept'
      ? {
          name: 'replication.policy.class',
          value: 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
          why: `Topics keep their names. Nobody but MirrorMaker 2 writes to them at ${to.name}, and no two clusters are copied to the same name.`,
        }
      : {
          name: 'replication.policy.class',
          value: 'org.apache.kafka.connect.mirror.DefaultReplicationPolicy',
          why: `Topics get the name of the cluster that they come from: "--topic ${from.name}.${topics[0]}" at ${to.name}.`,
        },
    {
      name: 'refresh.topics.interval.seconds',
      value: '10',
      why: 'New topics and partitions are seen after so long; otherwise after 10 minutes.',
    },
    {
      name: 'sync.topic.configs.enabled',
      value: 'true',
      why: 'What topics are made with goes along: cleanup.policy (state and claims are compacted), max.message.bytes, compression.type, retention.',
    },
    {
      name: 'sync.topic.configs.interval.seconds',
      value: '60',
      why: 'Changes of it too.',
    },
    {
      name: 'config.properties.exclude',
      value: [
        'follower[.]replication[.]throttled[.]replicas',
        'leader[.]replication[.]throttled[.]replicas',
        'unclean[.]leader[.]election[.]enable',
        'min[.]insync[.]replicas',
        'message[.]timestamp[.]difference[.]max[.]ms',
        'message[.]timestamp[.](before|after)[.]max[.]ms',
        'log[.]message[.]timestamp[.](before|after)[.]max[.]ms',
        'message[.]timestamp[.]type',
        ...kept.map((property) => property.replaceAll('.', '[.]')),
      ].join(', '),
      why: ownRetention
        ? `But for what is each cluster's own, here also for how long records are kept: set retention.ms of the topics at ${to.name}.`
        : "But for what is each cluster's own. Times of records come along as they are: rewinding goes by them.",
    },
    {
      name: 'sync.topic.acls.enabled',
      value: 'false',
      why: `Rights do not go along: users of ${to.name} are others.`,
    },
    {
      name: 'replication.factor',
      value: String(replicationFactor),
      why: `Copies of each partition at ${to.name}${replicationFactor === -1 ? ', as that cluster has it by default' : ''}; otherwise 2.`,
    },
  ];
}
