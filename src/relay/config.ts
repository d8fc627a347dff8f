/** The configuration of MirrorMaker 2 that copies Sluice's topics from one cluster to another. Pure. */
import { ConfigurationError } from '../errors.ts';
import { carriageLines } from './carriage.ts';
import { groupLines, ownTopicLines } from './left-there.ts';
import type { RelayLine } from './line.ts';
import { type RelayOptions, type RelaySettings, relayDefaults } from './options.ts';
import { isSince } from './release.ts';
import { SecretPlaces } from './secret-places.ts';
import { connectionLines } from './security.ts';
import { topicLines } from './topic-lines.ts';

/**
 * Its properties in their order, each with its reason ({@link relayText} makes a file of them). Throws ConfigurationError for what cannot
 * be: names that MirrorMaker 2 does not take, no topic, a release that is too old, secrets that stand in no file.
 */
export function relayConfig(options: RelayOptions): RelayLine[] {
  const settings = { ...relayDefaults, ...options };
  check(settings);
  const { from, to } = settings;
  const places = new SecretPlaces();
  const ways = [from, to].flatMap((cluster) => connectionLines(cluster, places, settings.secrets));
  const providers = places.providers;
  const readers: RelayLine[] =
    providers.length === 0
      ? []
      : [
          {
            name: 'config.providers',
            value: providers.map(([name]) => name).join(', '),
            why: 'Secrets are not here: file:PATH:PROPERTY and directory:PATH:FILE in braces are read where they stand, on the machine of MirrorMaker 2.',
          },
          ...providers.map(([name, value]) => ({
            name: `config.providers.${name}.class`,
            value,
            why: `What reads \${${name}:...}.`,
          })),
        ];
  return [
    {
      why: `Written by "sluice relay config": topics of ${from.name} are copied to ${to.name}. Start it by connect-mirror-maker.sh FILE, near ${to.name} where there is a choice: reading over a poor line costs less than writing over it.`,
    },
    { name: 'clusters', value: `${from.name}, ${to.name}`, why: 'The two clusters, by names of our own.' },
    ...readers,
    ...ways,
    ...(isSince(settings.mirrorVersion, 3, 6)
      ? [
          {
            name: 'plugin.discovery',
            value: 'service_load',
            why: 'Its own classes are found by their list: looking through all libraries makes each start take twice as long.',
          },
          { name: `${to.name}.plugin.discovery`, value: 'service_load', why: 'The same.' },
        ]
      : []),
    {
      name: `${to.name}.scheduled.rebalance.max.delay.ms`,
      value: '1000',
      why: `Tasks begin again at once when ${to.name} was away: by default they wait five minutes for a process that might come back.`,
    },
    ...topicLines(settings),
    ...carriageLines(settings),
    ...groupLines(settings),
    ...ownTopicLines(settings),
  ];
}

/** What ReplicationPolicy.isInternalTopic of any release says (those before KIP-1074 say more), and what we exclude ourselves. */
const neverCopied = /^(?:\.|__)|[.-]internal$|[.]replica$|^heartbeats$/;

function check({
  from,
  to,
  topics,
  names,
  mirrorVersion,
  maxRecord,
  replicationFactor,
  groups = [],
}: RelaySettings): void {
  const refuse = (message: string): never => {
    throw new ConfigurationError(message);
  };
  for (const { name } of [from, to]) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
      refuse(`"${name}" is no name for a cluster: use 1 to 64 letters, digits, underscores and hyphens`);
  }
  if (from.name === to.name) refuse(`both clusters are called ${from.name}: give each a name of its own`);
  if (topics.length === 0) refuse('no topic is to be copied: name one');
  for (const topic of topics) {
    if (!/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/.test(topic))
      refuse(`"${topic}" is no topic name; Kafka allows letters, digits, dots, underscores and hyphens`);
    if (neverCopied.test(topic))
      refuse(
        `MirrorMaker 2 copies no topic of a name like "${topic}", or not in all of its releases: what begins with . or __ or ends with .internal, -internal or .replica, and heartbeats, belongs to brokers or to itself; use another topic`,
      );
    if (names === 'prefixed' && topic.split('.').slice(0, -1).includes(to.name))
      refuse(
        `with prefixed names MirrorMaker 2 takes "${topic}" for a topic that came from ${to.name}, and does not copy it back: call that cluster otherwise, or use names that are kept`,
      );
  }
  for (const group of groups)
    if (group.includes(','))
      refuse(`"${group}" holds a comma, which ends a pattern of MirrorMaker 2: write two`);
  if (!isSince(mirrorVersion, 3, 0))
    refuse(
      `MirrorMaker 2 of Kafka ${mirrorVersion} cannot keep what is asked here: use 3.0 or newer, 3.5 or newer for exactly-once`,
    );
  if (!Number.isSafeInteger(maxRecord) || maxRecord < 1024 || maxRecord > 1 << 30)
    refuse(`records of ${maxRecord} bytes cannot be: give 1 KiB to 1 GiB`);
  if (replicationFactor !== -1 && !(replicationFactor >= 1 && replicationFactor <= 32_767))
    refuse(
      `${replicationFactor} copies of a partition cannot be: give 1 to 32767, or -1 for the cluster's own number`,
    );
}
