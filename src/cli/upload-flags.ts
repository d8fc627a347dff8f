/** The flags of `sluice upload`, by the headings of its help. */
import { fileOrders } from '../files/shared/file-order.ts';
import { comparisons, notTwiceModes, uploadDefaults as usual } from '../files/shared/options.ts';
import { compressions } from '../kafka/contract.ts';
import { checksumAlgorithms } from '../records/checksum.ts';
import { linkChoices } from '../stores/tree-names.ts';
import { sourceAttributeFlags } from './attribute-flags.ts';
import { giveUpFlag, topicFlag } from './connection.ts';
import { figuresFlags } from './figures-flags.ts';
import { counted, optional, repeated, sized, timed, toggle, valued } from './flags.ts';
import { sourceFlag } from './source-flag.ts';
import { storeFlags } from './store-flags.ts';
import { newTopicFlags } from './topic-flags.ts';
import { choice, count, duration, generation, path, share, size, text } from './values.ts';
import { bandwidthFlags, scheduleFlag } from './when-flags.ts';

const what = {
  from: {
    ...sourceFlag,
    required: true,
    help: 'the folder to send, with all folders inside it, or the URL of a store; several have names, and each is the folder NAME then',
  },
  topic: topicFlag,
  name: optional(
    'name',
    'UPLOADER',
    text,
    'the first folder of every path at the receivers; each uploader has its own',
    "this host's name",
  ),
  once: toggle('once', 'send what is there now and exit; otherwise watch for more'),
  move: toggle('move', 'remove each file of the folder once Kafka has it; for spool folders'),
  delete: toggle('delete', 'files that are removed here are removed at the receivers too'),
  maxDelete: optional(
    'max-delete',
    'N|N%',
    share,
    'with --delete: where more files than so many are gone at once, remove none at the receivers',
    'half of those that were sent',
  ),
  ...scheduleFlag,
  dryRun: toggle('dry-run', 'print what would be sent, and send nothing'),
  resend: toggle('resend', 'send everything again, whatever was sent before'),
} as const;

const which = {
  include: repeated('include', 'GLOB', 'send only paths that match, e.g. "**/*.jpg"; may be repeated'),
  exclude: repeated('exclude', 'GLOB', 'leave out paths that match, whole folders too; may be repeated'),
  hidden: toggle('hidden', 'also send files and folders whose names begin with a dot'),
  links: optional(
    'links',
    'HOW',
    choice(linkChoices),
    'symbolic links of a folder: skip, follow (send what they point to), keep (send them as links)',
    'skip',
  ),
  followSymlinks: toggle('follow-symlinks', 'the same as --links follow'),
  hardLinks: toggle('hard-links', 'files that have several names in the folder are one at the receivers too'),
  folders: toggle('folders', 'also send folders themselves: empty ones, their permissions and times'),
  ...sourceAttributeFlags,
  minAge: timed(
    'min-age',
    usual.minAge,
    'take a file of a folder when it was last written so long ago; 0 takes every file as it stands',
  ),
  maxAge: optional('max-age', 'TIME', duration, 'leave out files that were last written longer ago'),
  notifications: optional(
    'notifications',
    'TOPIC',
    text,
    'the topic of the same cluster to which the server of s3:// sends notices of changes',
  ),
  compare: valued(
    'compare',
    'HOW',
    choice(comparisons),
    usual.compare,
    usual.compare,
    'how a changed file is recognised: size,time, or digest, for which each run reads all files',
  ),
  scanInterval: timed('scan-interval', usual.scanInterval, 'time between two full looks at the source'),
} as const;

const how = {
  order: optional(
    'order',
    'HOW',
    choice(fileOrders),
    `which of the files that wait goes first: ${fileOrders.join(', ')}`,
    'as they are found',
  ),
  first: repeated('first', 'GLOB', 'files that match are sent before all others; may be repeated'),
  beyondRetention: toggle(
    'beyond-retention',
    'also send files that are larger than the topic keeps: only receivers that read along get them',
  ),
  parallel: counted('parallel', usual.parallel, [1, 256], 'large files in flight at once'),
  checksum: valued(
    'checksum',
    'NAME',
    choice(checksumAlgorithms),
    usual.checksum,
    usual.checksum,
    `the digest that receivers verify: ${checksumAlgorithms.join(', ')}`,
  ),
  compression: valued(
    'compression',
    'NAME',
    choice(compressions),
    usual.compression,
    usual.compression,
    `how records are compressed: ${compressions.join(', ')}; auto: zstd, where it promises to pay`,
  ),
  compressionLevel: optional(
    'compression-level',
    'LEVEL',
    count(1, 22),
    'of zstd and auto, 1 to 22; of gzip, 1 to 9',
    '1, the fastest',
  ),
  chunkSize: optional(
    'chunk-size',
    'SIZE',
    size(1),
    'bytes of a file in one record',
    "the largest that fits the topic's limit and 1 MiB, and thrice into --buffer-bytes",
  ),
  packBelow: sized('pack-below', usual.packBelow, 0, 'files up to this size share records; 0: none do'),
  stripeAbove: sized(
    'stripe-above',
    usual.stripeAbove,
    0,
    'spread files of more bytes over all partitions, so that several brokers carry them; 0: none',
  ),
  notTwice: valued(
    'not-twice',
    'WHEN',
    choice(notTwiceModes),
    usual.notTwice,
    usual.notTwice,
    `send a file whose bytes are on the topic already as a record that names them: ${notTwiceModes.join(', ')}`,
  ),
  delta: toggle(
    'delta',
    'send of a large file that grew or changed in part what is new in it; for receivers of this release and later',
  ),
  linger: timed('linger', usual.linger, 'how long a small file waits for company'),
  connections: counted(
    'connections',
    usual.connections,
    [1, 256],
    'at most so many connections to a broker; more than one over a long line',
  ),
  bufferBytes: sized(
    'buffer-bytes',
    usual.bufferBytes,
    1,
    'bytes that may wait for Kafka to acknowledge them',
  ),
  maxInFlight: optional(
    'max-in-flight',
    'SIZE',
    size(1024),
    'another name of --buffer-bytes; counts where both are given',
  ),
  ...bandwidthFlags,
  giveUpAfter: giveUpFlag('never while watching, 5m with --once'),
} as const;

const secret = {
  encryptTo: repeated(
    'encrypt-to',
    'RECIPIENT',
    'encrypt for whoever has this key of age, age1...; may be repeated',
  ),
  encryptToFile: repeated(
    'encrypt-to-file',
    'FILE',
    'the same, with a recipient on each line; may be repeated',
  ),
  encryptPassphraseFile: optional(
    'encrypt-passphrase-file',
    'FILE',
    path,
    'encrypt for whoever knows the passphrase in the first line of this file',
  ),
  encryptNames: optional(
    'encrypt-names',
    'FILE',
    path,
    'encrypt names, sizes and times too; the file holds the key of names, and is made when it is missing',
  ),
} as const;

const newTopic = newTopicFlags(
  usual,
  'how long it keeps records, or forever: the longest that a receiver may be away',
);

const trial = {
  generate: optional(
    'generate',
    'SIZE[@TIME]',
    generation,
    'make a test file of this size in the folder; with @TIME one after the other at this interval, unless --once',
  ),
} as const;

export const uploadGroups = {
  'What to send': what,
  'Which files': which,
  'How to send': how,
  'For whom, and for nobody else': secret,
  'Stores that are no folder': storeFlags,
  'A topic that does not exist yet is created with': newTopic,
  Figures: figuresFlags,
  'To try things out': trial,
} as const;
