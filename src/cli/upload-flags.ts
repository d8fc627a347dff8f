/** The flags of `sluice upload`, by the headings of its help. */
import { uploadDefaults } from '../files/options.ts';
import { checksumAlgorithms } from '../records/checksum.ts';
import { giveUpFlag, topicFlag } from './connection.ts';
import { optional, repeated, required, toggle, valued } from './flags.ts';
import { choice, count, duration, durationOrForever, generation, size, text } from './values.ts';

const sourceFlags = {
  from: required('from', 'DIR', text, 'the folder to send, with all folders inside it'),
  topic: topicFlag,
  name: optional(
    'name',
    'UPLOADER',
    text,
    'the first folder of every path at the receiver',
    "this host's name",
  ),
  once: toggle('once', 'send what is there now and exit; otherwise watch for more'),
  dryRun: toggle('dry-run', 'print what would be sent, and send nothing'),
} as const;

const choiceFlags = {
  include: repeated('include', 'GLOB', 'send only paths that match, e.g. "**/*.jpg"; may be repeated'),
  exclude: repeated('exclude', 'GLOB', 'leave out paths that match, whole folders too; may be repeated'),
  hidden: toggle('hidden', 'also files and folders whose names begin with a dot'),
  followSymlinks: toggle('follow-symlinks', 'also what symbolic links point to'),
  minAge: valued(
    'min-age',
    'TIME',
    duration,
    uploadDefaults.minAge,
    '5s',
    'wait until a file was last written so long ago; 0 takes every file as it stands',
  ),
  maxAge: optional('max-age', 'TIME', duration, 'leave out files that were last written longer ago'),
  scanInterval: valued(
    'scan-interval',
    'TIME',
    duration,
    uploadDefaults.scanInterval,
    '10s',
    'time between two full looks at the folder',
  ),
} as const;

const sendingFlags = {
  parallel: valued(
    'parallel',
    'COUNT',
    count(1, 256),
    uploadDefaults.parallel,
    '4',
    'large files in flight at once',
  ),
  checksum: valued(
    'checksum',
    'NAME',
    choice(checksumAlgorithms),
    uploadDefaults.checksum,
    'md5',
    `digest that receivers verify: ${checksumAlgorithms.join(', ')}`,
  ),
  chunkSize: optional(
    'chunk-size',
    'SIZE',
    size(1),
    'bytes of a file in one record',
    "the largest that fits the topic's limit",
  ),
  packBelow: valued(
    'pack-below',
    'SIZE',
    size(),
    uploadDefaults.packBelow,
    '256KiB',
    'files up to this size share records; 0: none do',
  ),
  linger: valued(
    'linger',
    'TIME',
    duration,
    uploadDefaults.linger,
    '50ms',
    'how long a small file waits for company',
  ),
  bufferBytes: valued(
    'buffer-bytes',
    'SIZE',
    size(1),
    uploadDefaults.bufferBytes,
    '16MiB',
    'bytes that may wait for Kafka to acknowledge them',
  ),
  giveUpAfter: giveUpFlag('never while watching, 5m with --once'),
} as const;

const newTopicFlags = {
  partitions: valued(
    'partitions',
    'COUNT',
    count(1, 100_000),
    uploadDefaults.partitions,
    '4',
    'its partitions',
  ),
  replicationFactor: valued(
    'replication-factor',
    'COUNT',
    count(-1, 32767),
    uploadDefaults.replicationFactor,
    "-1, the cluster's own",
    'copies of each partition',
  ),
  retention: optional(
    'retention',
    'TIME',
    durationOrForever,
    'how long it keeps records: the longest outage of a receiver to survive; or forever',
    "the cluster's own",
  ),
} as const;

const otherFlags = {
  generate: optional(
    'generate',
    'SIZE[@TIME]',
    generation,
    'make a test file of this size in the folder; with @TIME one after the other at this interval, unless --once',
  ),
} as const;

export const uploadGroups = {
  'What to send': sourceFlags,
  'Which files': choiceFlags,
  'How to send': sendingFlags,
  'A topic that does not exist yet is created with': newTopicFlags,
  'To try things out': otherFlags,
} as const;

export const uploadFlags = {
  ...sourceFlags,
  ...choiceFlags,
  ...sendingFlags,
  ...newTopicFlags,
  ...otherFlags,
} as const;
