/** A topic of files and its topic of state: what their configuration means for the files. Pure. */
import type { TopicDescription } from '../../kafka/contract.ts';
import * as quantity from '../../quantities.ts';

/** `note`: good to know. `warning`: it works, but not as well or as safely as it could. `problem`: it does not work. */
export type Status = 'ok' | 'note' | 'warning' | 'problem';

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly status: Status;
  /** What was found. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** The cluster did not answer at all. */
  readonly unreachable?: boolean;
}

/** All that can be said about the topic of files. */
export function judgeTopic(topic: TopicDescription, brokers: number): Finding[] {
  return [
    { check: 'Topic', status: 'ok', message: `${topic.name} has ${topic.partitions} partitions` },
    ...judgeRights(topic),
    judgeRecordSize(topic),
    ...judgeCleanup(topic),
    ...judgeRetention(topic),
    ...judgeCopies(topic, brokers),
    ...judgeCompression(topic),
  ];
}

function alter(topic: TopicDescription, setting: string): string {
  return `kafka-configs.sh --alter --entity-type topics --entity-name ${topic.name} --add-config ${setting}`;
}

function judgeRights({ name, rights }: TopicDescription): Finding[] {
  if (rights === undefined) return [];
  const check = 'Rights';
  const read = rights.includes('Read');
  const write = rights.includes('Write');
  if (read && write) return [{ check, status: 'ok', message: 'to read and to write' }];
  const acl = (right: string) =>
    `kafka-acls.sh --add --allow-principal User:NAME --operation ${right} --topic ${name}`;
  if (!read && !write) {
    const message = 'neither to read nor to write';
    return [{ check, status: 'problem', message, remedy: `${acl('Read')}, or ${acl('Write')}` }];
  }
  const message = read
    ? 'to read, not to write: enough to download'
    : 'to write, not to read: enough to upload';
  return [{ check, status: 'note', message, remedy: acl(read ? 'Write' : 'Read') }];
}

/** Below this the cost of a record outweighs its bytes. */
const smallRecord = 128 * 1024;

function judgeRecordSize(topic: TopicDescription): Finding {
  const check = 'Record size';
  const { maxMessageBytes: limit } = topic;
  if (limit === undefined) {
    const message = 'the right to describe the configuration is missing, so the size is found by trial';
    const remedy = 'allow DescribeConfigs on the topic, or give upload a --chunk-size';
    return { check, status: 'warning', message, remedy };
  }
  const message = `up to ${quantity.number(limit)} bytes (max.message.bytes)`;
  const segment = Number(topic.config['segment.bytes'] ?? Number.POSITIVE_INFINITY);
  if (segment < limit) {
    const remedy = alter(topic, `segment.bytes=${Math.max(1024 * 1024 * 1024, limit)}`);
    return { check, status: 'problem', message: `${message}, but a segment holds only ${segment}`, remedy };
  }
  if (limit >= smallRecord) return { check, status: 'ok', message };
  return {
    check,
    status: 'warning',
    message: `${message}, which is slow`,
    remedy: alter(topic, 'max.message.bytes=1048588'),
  };
}

function judgeCleanup(topic: TopicDescription): Finding[] {
  if (topic.config['cleanup.policy']?.includes('compact') !== true) return [];
  const message = `${topic.name} is compacted, which refuses or removes the chunks of files`;
  return [{ check: 'Cleanup', status: 'problem', message, remedy: alter(topic, 'cleanup.policy=delete') }];
}

const day = 86_400_000;

function judgeRetention(topic: TopicDescription): Finding[] {
  const text = topic.config['retention.ms'];
  if (text === undefined) return [];
  const check = 'Retention';
  const milliseconds = Number(text);
  const size = Number(topic.config['retention.bytes'] ?? -1);
  const cap = size >= 0 ? ` and at most ${quantity.bytes(size)} a partition` : '';
  if (milliseconds < 0) {
    return [{ check, status: cap === '' ? 'note' : 'ok', message: `records are kept for ever${cap}` }];
  }
  const message = `records are kept for ${quantity.duration(milliseconds / 1000)}${cap}`;
  if (milliseconds >= day) return [{ check, status: 'ok', message }];
  const remedy = `a receiver that is away for longer loses files; ${alter(topic, `retention.ms=${7 * day}`)}`;
  return [{ check, status: 'warning', message, remedy }];
}

function judgeCopies(topic: TopicDescription, brokers: number): Finding[] {
  const { replicationFactor: copies } = topic;
  const least = Number(topic.config['min.insync.replicas'] ?? 1);
  if (copies === undefined) return [];
  const check = 'Copies';
  const message = `replication factor ${copies}, min.insync.replicas ${least}`;
  if (least > copies) {
    const remedy = alter(topic, `min.insync.replicas=${Math.max(1, copies - 1)}`);
    return [{ check, status: 'problem', message: `${message}: nothing can be written`, remedy }];
  }
  if (copies === 1) {
    const status = brokers > 1 ? 'warning' : 'note';
    const text = `${message}: a lost broker loses the files on it`;
    return [
      {
        check,
        status,
        message: text,
        remedy: 'create topics with --replication-factor 3 on three brokers or more',
      },
    ];
  }
  if (least === 1) {
    const text = `${message}: an acknowledged record may stand on one broker only`;
    return [{ check, status: 'warning', message: text, remedy: alter(topic, 'min.insync.replicas=2') }];
  }
  return [{ check, status: 'ok', message }];
}

function judgeCompression(topic: TopicDescription): Finding[] {
  const type = topic.config['compression.type'];
  if (type === undefined || type === 'producer') return [];
  const message = `the broker compresses every record again (compression.type=${type})`;
  return [
    { check: 'Compression', status: 'warning', message, remedy: alter(topic, 'compression.type=producer') },
  ];
}

/** The topic that remembers what was sent. It must be compacted, or uploaders forget and send everything again. */
export function judgeStateTopic(name: string, topic: TopicDescription | undefined): Finding {
  const check = 'State topic';
  if (topic === undefined)
    return { check, status: 'note', message: `${name} does not exist yet; an upload creates it` };
  const policy = topic.config['cleanup.policy'];
  if (policy === undefined || policy === 'compact') return { check, status: 'ok', message: name };
  const message = `${name} has cleanup.policy=${policy}, so uploaders forget what they have sent`;
  return { check, status: 'problem', message, remedy: alter(topic, 'cleanup.policy=compact') };
}

/** Records ahead of this clock by more than this are worth a word, milliseconds. */
const skew = 60_000;

/** Compares the time of the newest record with this machine's clock, milliseconds since the epoch. */
export function judgeClock(newest: number | undefined, now: number): Finding[] {
  if (newest === undefined) return [];
  const ahead = newest - now;
  const check = 'Clock';
  if (ahead <= skew) return [{ check, status: 'ok', message: 'no record is ahead of this machine' }];
  const message = `the newest record is ${quantity.duration(ahead / 1000)} ahead of this machine`;
  const remedy =
    'set the clocks by NTP here and at the uploaders; brokers refuse records that are an hour ahead';
  return [{ check, status: 'warning', message, remedy }];
}
