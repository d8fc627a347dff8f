/** What uploaders remember on `T.state`: who they are, whether they run, and what they know of their files. */
import { ConfigurationError } from '../errors.ts';
import { createKafka } from '../kafka/client.ts';
import type { Kafka } from '../kafka/contract.ts';
import { type Lease, sentVersionOf } from '../records/state-record.ts';
import { clientOptions } from './run/client-options.ts';
import { Keyring } from './shared/keyring.ts';
import { listedFilter } from './shared/listed-filter.ts';
import type { StateOptions } from './shared/state-options.ts';
import { existingTopic } from './shared/topics.ts';
import { isDead } from './state/lease.ts';
import { listedDate, listedMtime } from './state/listed-facts.ts';
import { readState } from './state/read-state.ts';
import type { StateEntry } from './state/state-entries.ts';

/** An uploader, and how much it remembers. */
export interface UploaderState {
  readonly type: 'uploader';
  readonly uploader: string;
  readonly sent: number;
  /** Of all that was sent. */
  readonly bytes: number;
  readonly sending: number;
  readonly aborted: number;
  readonly forgotten: number;
  /** Whether all that it sent to this topic is told; otherwise its next run reads the topic first. */
  readonly isWhole: boolean;
  /** Who has its name, if it was not given back. */
  readonly holder?: {
    readonly host: string;
    readonly pid: number;
    /** When it last said so, milliseconds since the epoch. */
    readonly at: number;
    /** False where it is known to be gone, or has not said anything for longer than its name lasts. */
    readonly isRunning: boolean;
  };
}

/** What is remembered of one file. */
export interface RememberedFile {
  readonly type: 'file';
  readonly uploader: string;
  /** The hash that stands in its place, where `locked`. */
  readonly path: string;
  /** `forgotten`: it was sent, and is to be sent again by the next run. */
  readonly state: 'sent' | 'sending' | 'aborted' | 'forgotten';
  readonly upload: string;
  readonly size: number;
  /** Bytes that are on the topic. */
  readonly done: number;
  readonly mtime: number;
  readonly digest?: string;
  readonly partition: number;
  /** Kafka offsets of its first and last record. */
  readonly first: number;
  readonly last: number;
  /** When that was written, milliseconds since the epoch. */
  readonly at: number;
  /** The version that was sent before, while this one is not. */
  readonly before?: string;
  readonly encrypted?: true;
  readonly locked?: true;
}

/**
 * Without an uploader: all of them. With one: it, and its files; with a path, that file alone. Throws ConfigurationError for a topic or
 * an uploader that is not there.
 */
export async function* showState(options: StateOptions): AsyncGenerator<UploaderState | RememberedFile> {
  const kafka = createKafka(clientOptions(options, 'sluice-state'));
  try {
    for (const one of await showStateFrom(kafka, options)) yield one;
  } finally {
    await kafka.close();
  }
}

/** The same through any client, which stays open. */
export async function showStateFrom(
  kafka: Kafka,
  options: StateOptions,
): Promise<(UploaderState | RememberedFile)[]> {
  const { uploader: wanted, path } = options;
  const keyring = await Keyring.open(options);
  const topic = await existingTopic(kafka, options.topic);
  const filter = listedFilter(options);
  // A name that was encrypted could not be asked for before it was opened.
  const isAsked = (entry: StateEntry): boolean =>
    path === undefined
      ? entry.isLocked === true || filter.plainNames(entry.uploader, entry.path)
      : entry.path === path && filter.plainNames(entry.uploader, path);
  const only = wanted === undefined ? {} : { uploader: wanted };
  const state = await readState(kafka, topic, { ...only, keyring, isWanted: filter.names });
  const entries = Map.groupBy(state?.files ?? [], ({ uploader }) => uploader);
  const names = new Set([...entries.keys(), ...(state?.leases.keys() ?? []), ...(state?.whole ?? [])]);
  const uploaders = [...names].filter((name) => wanted === undefined || name === wanted).toSorted();
  if (wanted !== undefined && uploaders.length === 0) {
    const ofThese = options.include === undefined && options.exclude === undefined ? '' : ' with such files';
    throw new ConfigurationError(`${options.topic}.state knows of no uploader "${wanted}"${ofThese}`);
  }
  return uploaders.flatMap((uploader) => {
    const found = (entries.get(uploader) ?? []).filter(isAsked);
    const files = wanted === undefined ? [] : found.map(remembered);
    if (path !== undefined && files.length === 0)
      throw new ConfigurationError(`nothing is remembered of ${uploader}/${path}`);
    if (path !== undefined) return files;
    const lease = state?.leases.get(uploader);
    const holder = lease === undefined ? {} : { holder: holderOf(lease) };
    return [
      { ...totals(uploader, found), isWhole: state?.whole.has(uploader) ?? false, ...holder },
      ...files,
    ];
  });
}

function holderOf({ host, pid, lasts, at, ...lease }: Lease & { readonly at: number }) {
  const isRunning = !isDead({ ...lease, host, pid }) && Date.now() < at + lasts;
  return { host, pid, at: listedDate(at), isRunning };
}

function totals(uploader: string, entries: readonly StateEntry[]): Omit<UploaderState, 'isWhole'> {
  const counts = { sent: 0, sending: 0, aborted: 0, forgotten: 0 };
  let bytes = 0;
  for (const { state } of entries) {
    counts[wordOf(state)]++;
    if (state.state === 'sent') bytes += state.fingerprint.size;
  }
  return { type: 'uploader', uploader, ...counts, bytes };
}

function wordOf(state: StateEntry['state']): RememberedFile['state'] {
  return state.state === 'aborted' && state.before?.upload === state.upload ? 'forgotten' : state.state;
}

function remembered({ uploader, path, state, at, isLocked, isShown: shown }: StateEntry): RememberedFile {
  const { upload, fingerprint, acked, partition, first, last, digest, sealed } = state;
  // Of what is encrypted there stands what tells nothing.
  const isTold = digest !== undefined && (sealed === undefined || shown === true);
  const sent = sentVersionOf(state)?.upload;
  const before = sent === upload ? undefined : sent;
  return {
    ...{ type: 'file', uploader, path, state: wordOf(state), upload, size: fingerprint.size, done: acked },
    ...{ mtime: listedMtime(fingerprint.mtime), partition, first, last, at: listedDate(at) },
    ...(isTold ? { digest } : {}),
    ...(before === undefined ? {} : { before }),
    ...(sealed === undefined ? {} : { encrypted: true }),
    ...(isLocked ? { locked: true } : {}),
  };
}
