/** The flags of `sluice topic plan`. */
import type { z } from 'zod';
import { planDefaults } from '../../plan/facts.ts';
import { giveUpFlag } from '../connection.ts';
import { counted, type FlagsIn, optional, sized, timed, toggle, valued } from '../flags.ts';
import { bitrate } from '../live/values.ts';
import { choice, count, parsed, size, text, topicName } from '../values.ts';

/** A number of one or more, with decimals perhaps. */
const factor: z.ZodType<number> = parsed((written) => {
  const value = /^\d+(?:\.\d+)?$/.test(written.trim()) ? Number(written) : Number.NaN;
  return value >= 1 ? value : undefined;
}, 'is no number of 1 or more');

const filesFlags = {
  filesPerDay: optional('files-per-day', 'COUNT', count(), 'files that all uploaders send in a day'),
  averageSize: optional('average-size', 'SIZE', size(), 'of those files'),
  uploaders: optional(
    'uploaders',
    'COUNT',
    count(1, 1_000_000),
    'who sends them',
    `${planDefaults.uploaders}, or those of --from`,
  ),
  downloaders: counted(
    'downloaders',
    planDefaults.downloaders,
    [0, 100_000],
    'sinks, each of which gets all of it',
  ),
  members: counted('members', planDefaults.members, [1, 10_000], 'downloaders that fill a sink together'),
  peak: optional(
    'peak',
    'FACTOR',
    factor,
    'the busiest hour has so many times the mean',
    `${planDefaults.peak}, or that of --from`,
  ),
  together: optional(
    'together',
    'COUNT',
    count(1, 10_000_000),
    'files that appear at an uploader at once',
    `${planDefaults.together}, or as with --from`,
  ),
  remembered: optional(
    'remembered',
    'COUNT',
    count(0),
    'files that stand at the sources, and are remembered',
    'those of --away, and a week',
  ),
  away: timed('away', planDefaults.away, 'how long a receiver may be away and lose nothing'),
  topic: valued(
    'topic',
    'TOPIC',
    topicName,
    planDefaults.topic,
    planDefaults.topic,
    'what the topic of files is called',
  ),
} as const;
const liveFlags = {
  streams: optional('streams', 'COUNT', count(), 'streams that are live at the same time'),
  bitRate: optional('bit-rate', 'BITRATE', bitrate, 'of a stream, all of its renditions together'),
  renditions: counted('renditions', planDefaults.renditions, [1, 16], 'renditions of a stream'),
  viewers: optional('viewers', 'COUNT', count(0), 'who watches, all streams together', '0'),
  cached: toggle('cached', 'a cache stands before the servers'),
  servers: counted('servers', planDefaults.servers, [1, 10_000], 'how many servers there are'),
  rewind: timed('rewind', planDefaults.rewind, 'how far viewers can go back'),
  liveTopic: valued(
    'live-topic',
    'TOPIC',
    topicName,
    planDefaults.liveTopic,
    planDefaults.liveTopic,
    'what the topic of live video is called',
  ),
} as const;
const clusterFlags = {
  brokers: optional(
    'brokers',
    'COUNT',
    count(1, 10_000),
    'brokers of the cluster',
    '3, or those that are there',
  ),
  line: sized('line', planDefaults.line, 1000, "bytes a second of a broker's network, each way"),
  disk: optional(
    'disk',
    'SIZE',
    size(1_000_000),
    'of a broker; caps what topics keep, so that it never fills',
  ),
} as const;
const whatFlags = {
  from: optional(
    'from',
    'TOPIC',
    topicName,
    'read what goes through of the last days of this topic, of files or of live media',
  ),
  check: optional(
    'check',
    'TOPIC',
    topicName,
    'compare this topic, and those that belong to it, with the plan',
  ),
  write: optional(
    'write',
    'FORMAT',
    choice(['kafka-topics', 'strimzi']),
    'print the plan for those who make topics',
  ),
  kafkaCluster: valued(
    'kafka-cluster',
    'NAME',
    text,
    'kafka',
    'kafka',
    'with strimzi: what the Kafka resource is called',
  ),
  giveUpAfter: giveUpFlag('10s'),
} as const;

export const planFlagGroups = {
  Files: filesFlags,
  'Live video': liveFlags,
  'The cluster': clusterFlags,
  'What to do': whatFlags,
} as const;

export type PlanFlags = FlagsIn<typeof planFlagGroups>;
