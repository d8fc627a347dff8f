/** What MirrorMaker 2 leaves beside the copies: positions of groups, and topics of its own. Pure. */
import type { RelayLine } from './line.ts';
import type { RelaySettings } from './options.ts';

/** Positions of consumer groups. */
export function groupLines({ from, to, groups = [] }: RelaySettings): RelayLine[] {
  const way = `${from.name}->${to.name}`;
  if (groups.length === 0) {
    return [
      {
        name: `${way}.emit.checkpoints.enabled`,
        value: 'false',
        why: 'Positions of consumer groups stay: those of Sluice stand at the sink too, which proves them by the id of the topic, and a copy is another topic. (At its start MirrorMaker 2 says as an error that it has no MirrorCheckpointConnector then; that is meant.)',
      },
      {
        name: `${way}.offset-syncs.topic.location`,
        value: 'target',
        why: `Which offsets belong together is noted at ${to.name}: at ${from.name} reading is enough.`,
      },
    ];
  }
  return [
    { name: `${way}.groups`, value: groups.join(', '), why: 'Consumer groups whose positions go along.' },
    {
      name: `${way}.groups.exclude`,
      value: 'console-consumer-.*, connect-.*, __.*, sluice-.*',
      why: 'Never those of downloaders: they are proven by their sinks, and mean nothing at a copy.',
    },
    {
      name: `${way}.sync.group.offsets.enabled`,
      value: 'true',
      why: `They are committed at ${to.name} while nobody of the group is there.`,
    },
    {
      name: `${way}.offset-syncs.topic.location`,
      value: 'target',
      why: `Which offsets belong together is noted at ${to.name}: at ${from.name} reading is enough.`,
    },
  ];
}

/** Topics of MirrorMaker 2 itself. */
export function ownTopicLines({ to, replicationFactor }: RelaySettings): RelayLine[] {
  const own = [
    'offset.storage',
    'status.storage',
    'config.storage',
    'offset-syncs.topic',
    'checkpoints.topic',
    'heartbeats.topic',
  ];
  return [
    {
      name: 'emit.heartbeats.enabled',
      value: 'false',
      why: 'No topic of signs of life: the newest records are one.',
    },
    {
      name: 'heartbeats.replication.enabled',
      value: 'false',
      why: 'Nor are those of others copied.',
    },
    ...own.map((prefix, index) => ({
      name: `${prefix}.replication.factor`,
      value: String(replicationFactor),
      why:
        index === 0
          ? `Copies of MirrorMaker 2's own topics, which stand at ${to.name}; otherwise 3, and one broker is not enough.`
          : 'The same.',
    })),
  ];
}
