/** The options of `upload` and `download`, and what they resolve with. Defaults stand here, once. */
import { ConfigurationError } from '../../errors.ts';
import { type FiguresOptions, figuresDefaults } from '../../figures/options.ts';
import type { Compression } from '../../kafka/contract.ts';
import type { ClientProperties } from '../../kafka/properties.ts';
import type { Logger } from '../../log.ts';
import { hostName } from '../../machine.ts';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type { StoreOptions } from '../../stores/options.ts';
import type { LinkChoice } from '../../stores/tree-names.ts';
import type { SinkAttributeOptions, SourceAttributeOptions } from './attribute-options.ts';
import type { EncryptionOptions } from './encryption.ts';
import type { DownloadEvent, UploadEvent } from './events.ts';
import type { FileOrder } from './file-order.ts';
import type { KeyringOptions } from './keyring.ts';
import type { UploadControl } from './upload-control.ts';

/** What every verb needs to reach a topic. */
export interface TopicOptions {
  /** Kafka's own client properties, e.g. `{ 'bootstrap.servers': '127.0.0.1:9092' }`. */
  readonly kafka: ClientProperties;
  readonly topic: string;
  /** Give up with UnreachableError when no broker answers for so many milliseconds. Default: never. */
  readonly giveUpAfter?: number;
  /** Bytes a second to brokers, and as many from them; undefined: no limit. Asked a few times a second. Default: no limit. */
  readonly bandwidth?: () => number | undefined;
  /** Ends the run in good order: the record in flight is finished, positions are committed. */
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
}

/** What both verbs take beside their own. */
export interface RunOptions extends TopicOptions, FiguresOptions, StoreOptions {}

export interface UploadOptions extends RunOptions, EncryptionOptions, SourceAttributeOptions {
  /**
   * A directory, or the URL of a place in a store (`s3://BUCKET/PREFIX`); several of them by names, each of which is a folder then:
   * `{ photos: '/srv/photos', logs: 's3://logs' }`.
   */
  readonly from: string | Readonly<Record<string, string>>;
  /** The uploader's name: first folder at every downloader. Default: the host's name. */
  readonly name?: string;
  /** Send what is there now and resolve; otherwise watch until `signal`. */
  readonly once?: boolean;
  /** Milliseconds since the last write before a file is taken; 0 takes every file as it stands. */
  readonly minAge?: number;
  /** Leave out files last written longer ago than so many milliseconds. */
  readonly maxAge?: number;
  /** Globs over the relative path; when given, only what matches one is sent. */
  readonly include?: readonly string[];
  /** Globs over the relative path; what matches is left out, whole folders too. */
  readonly exclude?: readonly string[];
  /** Also files and folders whose names begin with a dot. */
  readonly hidden?: boolean;
  /** The same as `links: 'follow'`. */
  readonly followSymlinks?: boolean;
  /** A topic of the same cluster on which the bucket of `from` tells of its changes: what they speak of is looked at at once. */
  readonly notifications?: string;
  /** What symbolic links of a folder are. Default: `skip`. */
  readonly links?: LinkChoice;
  /** Also the folders of a folder: empty ones too, with their permissions and times. */
  readonly folders?: boolean;
  /** Names that are one file in a folder are one at the sinks. */
  readonly hardLinks?: boolean;
  /** Milliseconds between two full looks at the source. */
  readonly scanInterval?: number;
  /** Large files in flight at once. */
  readonly parallel?: number;
  readonly checksum?: ChecksumAlgorithm;
  /** How records travel and rest; `auto`: compressed where a look at them promises something and the network waits for it. */
  readonly compression?: Compression;
  /** Of `auto` and `zstd`, 1 (default, the fastest) to 22; of `gzip`, 1 to 9. */
  readonly compressionLevel?: number;
  /**
   * Bytes of a file per record; default: the largest that fits the topic's limit and `max.request.size` of Java producers (1 MiB), and
   * three times into `bufferBytes`.
   */
  readonly chunkSize?: number;
  /** Files up to so many bytes travel in packs. 0: none. */
  readonly packBelow?: number;
  /** Files of more bytes have their chunks in all partitions, so that several brokers carry them. 0: none has. */
  readonly stripeAbove?: number;
  /** Milliseconds that a pack waits for company. */
  readonly linger?: number;
  /** At most so many connections to a broker. */
  readonly connections?: number;
  /** Bytes that may wait for Kafka's acknowledgement. */
  readonly bufferBytes?: number;
  /** What makes a file another one than was sent. */
  readonly compare?: Compare;
  /** Remove each file from the source once it was sent and that is remembered, unless it is another one by then. */
  readonly move?: boolean;
  /** Send also files that are larger than the topic keeps: to receivers that read as it comes. */
  readonly beyondRetention?: boolean;
  /** What goes at the source goes at the sinks: see {@link MaxDelete}. */
  readonly delete?: boolean;
  /** How many files may go at once. Default: half of those that were sent. */
  readonly maxDelete?: MaxDelete;
  /** Which of the files that wait goes first. Default: as they were found. */
  readonly order?: FileOrder;
  /** Globs of what goes before all others, also before a large file that is under way. */
  readonly first?: readonly string[];
  /** Called once, with what may be asked of the run while it goes on. */
  readonly onControl?: (control: UploadControl) => void;
  /** Whether a file whose bytes are on the topic already goes as a record that names them. Never where it is encrypted. */
  readonly notTwice?: NotTwice;
  /** Send files that grew or changed in part as what is new in them, and cut large ones into pieces for that. Not with encryption. */
  readonly delta?: boolean;
  /** Forget what was sent before: send everything again. */
  readonly resend?: boolean;
  /** Say what would be sent and resolve. */
  readonly dryRun?: boolean;
  /** Used when the topic must be created. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Milliseconds that the new topic keeps its records; -1: for ever. */
  readonly retention?: number;
  readonly onEvent?: (event: UploadEvent) => void;
}

/**
 * `size,time`: its size or modification time, and where only its inode was touched its digest. `digest`: its size or its digest: each run reads
 * every file once, and then what was touched.
 */
export const comparisons = ['size,time', 'digest'] as const;
export type Compare = (typeof comparisons)[number];
/** Where more than so many files have gone since they were seen last, or more than so many of a hundred that were sent, none is removed at the sinks. */
export type MaxDelete = { readonly files: number } | { readonly percent: number };

/**
 * `auto`: files of a size that was sent are read before they are sent, as long as little is read in vain. `always`: however much that is,
 * and however small the file, if it is not one for packs. `never`: all bytes are sent.
 */
export const notTwiceModes = ['auto', 'always', 'never'] as const;
export type NotTwice = (typeof notTwiceModes)[number];

export const uploadDefaults = {
  once: false,
  minAge: 5000,
  scanInterval: 10_000,
  parallel: 4,
  checksum: 'sha256',
  compression: 'auto',
  packBelow: 256 * 1024,
  stripeAbove: 0,
  linger: 50,
  connections: 32,
  bufferBytes: 16 * 1024 * 1024,
  hidden: false,
  followSymlinks: false,
  folders: false,
  hardLinks: false,
  owner: false,
  xattrs: false,
  acls: false,
  compare: 'size,time',
  move: false,
  beyondRetention: false,
  notTwice: 'auto',
  delta: false,
  delete: false,
  resend: false,
  dryRun: false,
  partitions: 4,
  replicationFactor: -1,
  ...figuresDefaults,
} as const satisfies Partial<UploadOptions>;

/** Upload options with every default filled in. */
export type UploadSettings = UploadOptions &
  Required<Pick<UploadOptions, keyof typeof uploadDefaults | 'name' | 'onEvent'>>;

export function uploadSettings(options: UploadOptions): UploadSettings {
  return { ...uploadDefaults, onEvent: () => {}, ...options, name: options.name ?? nameOfHost() };
}

function nameOfHost(): string {
  const name = hostName();
  if (name === undefined)
    throw new ConfigurationError('this host has no name to go by: choose one with --name');
  return name;
}

/** What a run did. */
export interface RunSummary {
  /** Files sent, or verified and put under their names, by this run. */
  readonly files: number;
  readonly bytes: number;
  /** Files that needed nothing: sent by an earlier run and unchanged since, or standing at the sink already. */
  readonly unchanged: number;
  /** Files that could not be sent, or not be rebuilt; records that were refused, and gaps whose files nobody can name, are one each. */
  readonly failed: number;
  /** What went over the wire, re-sent and fetched again included, as large as it is before compression. */
  readonly records: number;
  readonly wireBytes: number;
  readonly seconds: number;
  /** `signal` ended the run. */
  readonly interrupted: boolean;
}

export type UploadSummary = RunSummary;

export interface DownloadOptions extends RunOptions, KeyringOptions, SinkAttributeOptions {
  /** A directory, made when missing, or the URL of a place in a store (`s3://BUCKET/PREFIX`). */
  readonly to: string;
  /** With a store: a directory in which what comes is kept until it is verified. Default: it goes on as it comes. */
  readonly spill?: string;
  /** The downloader's name; with the sink's own id it names the position. Default: the host's name. */
  readonly name?: string;
  /**
   * The group of downloaders that fill the place, a store or a folder of this machine, together, each under a name of its own. It names the position then. With
   * `once` each resolves when the group has read to the ends that the partitions had at its start.
   */
  readonly group?: string;
  /** Milliseconds without a sign of life after which the other members of the group take over; brokers want 6000 at least. */
  readonly takeOverAfter?: number;
  /** Read to the ends that the partitions have now and resolve; otherwise go on until `signal`. */
  readonly once?: boolean;
  /** Where to begin when there is no position: `beginning`, `end`, or a time in milliseconds since the epoch. */
  readonly fromOffset?: 'beginning' | 'end' | number;
  /** Forget the position: begin anew where `fromOffset` says. */
  readonly reset?: boolean;
  /** At most so many connections to a broker. */
  readonly connections?: number;
  /** Bytes that may be prefetched from Kafka. */
  readonly bufferBytes?: number;
  /** The same while several connections to a broker are read over. Default: `bufferBytes`, 64 MiB without it. */
  readonly aheadBytes?: number;
  /** Milliseconds between two commits; much data is committed sooner. */
  readonly commitInterval?: number;
  /**
   * Uploads that may be open at once: beyond, the one that has had no record for longest is set aside, told as `failed`. Of files that are
   * whole and whose names cannot be written, so many are kept.
   */
  readonly maxOpen?: number;
  /** What becomes of a file that stands where another one is to be. */
  readonly overwrite?: Overwrite;
  /** Whether what went at the source of an uploader with `delete` goes here too. Default: `obey`. */
  readonly deletions?: Deletions;
  /** Make symbolic links too that lead out of their uploader's tree. */
  readonly unsafeLinks?: boolean;
  /** Where what is removed so is kept: a folder on the sink's file system, below `to` unless it is absolute. Default: nowhere. */
  readonly backupDir?: string;
  readonly onEvent?: (event: DownloadEvent) => void;
}

/**
 * `always`: it is replaced; `newer`: by what was modified later; `never`: it stays; `rename`: it is kept beside, as `NAME~1.EXT`. An older version
 * never replaces a newer one of its uploader's, whatever is said here.
 */
export const overwrites = ['always', 'newer', 'never', 'rename'] as const;
export type Overwrite = (typeof overwrites)[number];
/** `obey`: a mirror, which has what the source has; `ignore`: an archive, which has all that the source ever had. */
export const deletionChoices = ['obey', 'ignore'] as const;
export type Deletions = (typeof deletionChoices)[number];

export const downloadDefaults = {
  once: false,
  reset: false,
  connections: 32,
  bufferBytes: 8 * 1024 * 1024,
  commitInterval: 500,
  takeOverAfter: 15_000,
  // Some 8 kB each: 80 MB at the most. 2,500 uploaders with --parallel 4.
  maxOpen: 10_000,
  overwrite: 'always',
  deletions: 'obey',
  unsafeLinks: false,
  xattrs: false,
  acls: false,
  specialBits: false,
  ...figuresDefaults,
} as const satisfies Partial<DownloadOptions>;

/** Download options with every default filled in. */
export type DownloadSettings = DownloadOptions &
  Required<Pick<DownloadOptions, keyof typeof downloadDefaults | 'aheadBytes' | 'name' | 'onEvent'>>;

const defaultAheadBytes = 64 * 1024 * 1024;

export function downloadSettings(options: DownloadOptions): DownloadSettings {
  const { bufferBytes = downloadDefaults.bufferBytes, name = nameOfHost() } = options;
  const aheadBytes = options.aheadBytes ?? options.bufferBytes ?? defaultAheadBytes;
  return { ...downloadDefaults, onEvent: () => {}, ...options, name, bufferBytes, aheadBytes };
}

export interface DownloadSummary extends RunSummary {
  /** Uploads whose closing record has not come yet. */
  readonly open: number;
  /** Files that were not put in the place of others, which stay (`overwrite`). No failures. */
  readonly notReplaced: number;
}
