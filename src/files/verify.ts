/** Whether a sink has what a topic says: each file's newest version, read again and digested. Nothing is written anywhere. */
import { describeError, FormatError } from '../errors.ts';
import { createKafka } from '../kafka/client.ts';
import type { Kafka } from '../kafka/contract.ts';
import { algorithmOf, createHasher } from '../records/checksum.ts';
import type { Source } from '../stores/contract.ts';
import { namesAt, openSource } from '../stores/open.ts';
import { storeOptionsOf } from '../stores/options.ts';
import { parsePlace } from '../stores/place.ts';
import { isAway } from '../stores/store-fault.ts';
import { type NameRules, targetName } from '../stores/target-name.ts';
import { listFrom } from './list.ts';
import { clientOptions } from './run/client-options.ts';
import { hasMore } from './send/said-size.ts';
import { fewAtOnce } from './shared/few-at-once.ts';
import type { ListedFile, ListOptions, VerifyOptions } from './shared/reading-options.ts';
import { StorePatience } from './shared/store-patience.ts';
import { uploadWaits } from './shared/upload-waits.ts';
import { isOther } from './state/read-versions.ts';

/** What is so of one file. */
export interface Verified {
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly size: number;
  readonly digest: string;
  /**
   * `right`: the bytes of the newest version stand there. `missing`: nothing does. `different`: something else, an older version perhaps.
   * `unreadable`: it could not be found out, `reason` says why.
   */
  readonly result: 'right' | 'missing' | 'different' | 'unreadable';
  /** What is wrong, for people. */
  readonly reason?: string;
}

/** Files that are read at once, and bytes of one reading. */
const atOnce = 8;
const pieceSize = 1024 * 1024;

/**
 * Every file whose newest version was sent whole, some at a time, in the order of `list`. Throws ConfigurationError when the sink or the
 * topic is not there, IncompleteError when a store stays away.
 */
export async function* verify(options: VerifyOptions): AsyncGenerator<Verified> {
  const { to, onEvent = () => {}, signal } = options;
  const patience = new StorePatience({
    place: to,
    on: 'sink',
    onEvent,
    ...(signal === undefined ? {} : { signal }),
    giveUpAfter: uploadWaits.store.away,
  });
  const sink = await openSource(to, { patiently: patience.with, ...storeOptionsOf(options) });
  // Whoever only reads has nothing to finish there.
  const ending = signal === undefined ? {} : { signal };
  const kafka = createKafka({ ...clientOptions(options, 'sluice-verify'), ...ending });
  try {
    yield* verifyFrom(kafka, sink, namesAt(parsePlace(to)), options);
  } finally {
    await kafka.close();
  }
}

/** The same of any sink, whose names are to be such, through any client, which stays open. */
export async function* verifyFrom(
  kafka: Kafka,
  sink: Source,
  names: NameRules,
  { signal, ...options }: Omit<VerifyOptions, 'to'>,
): AsyncGenerator<Verified> {
  const files = await sentWhole(kafka, options);
  for (let at = 0; at < files.length; at += atOnce) {
    signal?.throwIfAborted();
    yield* await fewAtOnce(files.slice(at, at + atOnce), atOnce, (file) =>
      verified({ sink, names, signal }, file),
    );
  }
}

/** The newest versions that were sent whole. What is encrypted may have its digest on the topic alone, for whoever has a key. */
async function sentWhole(kafka: Kafka, options: ListOptions): Promise<ListedFile[]> {
  const newest = await listFrom(kafka, options, newestWhole);
  if (!newest.some(isHidden)) return newest;
  const versions = await listFrom(kafka, { ...options, newestOnly: false });
  const known = new Map(versions.filter(({ digest }) => digest !== '').map((file) => [nameOf(file), file]));
  return newest.map((file) => known.get(nameOf(file)) ?? file);
}

/** Whatever the topic has of it by now, and of newer ones that are on their way. */
function newestWhole<T extends ListedFile>(versions: readonly T[]): T | undefined {
  const newest = versions
    .filter((file) => file.digest !== '' || isNoFile(file) || isHidden(file))
    .reduce<T | undefined>(
      (newest, one) => (newest === undefined || one.upload > newest.upload ? one : newest),
      undefined,
    );
  return newest === undefined || isNoFile(newest) ? undefined : newest;
}

function isNoFile({ state }: Pick<ListedFile, 'state'>): boolean {
  return isOther(state);
}

function isHidden({ encrypted, digest, state }: ListedFile): boolean {
  const without = state === 'sending' || state === 'aborted' || isNoFile({ state });
  return encrypted === true && digest === '' && !without;
}

function nameOf({ uploader, path, upload }: ListedFile): string {
  return JSON.stringify([uploader, path, upload]);
}

interface Comparing {
  readonly sink: Source;
  readonly names: NameRules;
  readonly signal: AbortSignal | undefined;
}

async function verified({ sink, names, signal }: Comparing, file: ListedFile): Promise<Verified> {
  const { uploader, path, upload, size, digest } = file;
  const about = { uploader, path, upload, size, digest };
  if (file.locked || digest === '') {
    const reason = file.locked
      ? 'it is encrypted, and no key at hand opens it (--identity)'
      : 'it is encrypted, and its digest stood in records that are not on the topic any more';
    return { ...about, result: 'unreadable', reason };
  }
  const name = targetName(uploader, path, names);
  if ('refused' in name) return { ...about, result: 'unreadable', reason: name.refused };
  try {
    return { ...about, ...(await compared(sink, name.target, file, signal)) };
  } catch (error) {
    if (signal?.aborted || isAway(error)) throw error;
    return { ...about, result: 'unreadable', reason: describeError(error) };
  }
}

async function compared(
  sink: Source,
  target: string,
  { size, digest }: ListedFile,
  signal: AbortSignal | undefined,
): Promise<Pick<Verified, 'result' | 'reason'>> {
  const look = await sink.look(target);
  if (look === undefined) return { result: 'missing', reason: 'no file stands there' };
  if (look.size !== size)
    return { result: 'different', reason: `it has ${look.size} bytes, and is to have ${size}` };
  const found = await digestOfFile(sink, target, size, algorithmOf(digest), signal);
  return found === digest ? { result: 'right' } : { result: 'different', reason: `its digest is ${found}` };
}

async function digestOfFile(
  sink: Source,
  target: string,
  size: number,
  algorithm: ReturnType<typeof algorithmOf>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const file = await sink.open(target);
  try {
    const hasher = createHasher(algorithm);
    const buffer = Buffer.allocUnsafe(Math.min(size, pieceSize));
    for (let at = 0; at < size; ) {
      signal?.throwIfAborted();
      const length = await file.read(buffer.subarray(0, size - at), at);
      if (length === 0) throw new FormatError('it became shorter while it was read');
      hasher.update(buffer.subarray(0, length));
      at += length;
    }
    if (await hasMore(file, size)) throw new FormatError('it became longer while it was read');
    return hasher.digest();
  } finally {
    await file.close();
  }
}
