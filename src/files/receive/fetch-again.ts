/** Reading the chunks of uploads a second time, beside the run: what came of them is gone, or found no room when it came. */
import { setImmediate } from 'node:timers/promises';
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { algorithmOf } from '../../records/checksum.ts';
import type { Chunk, FileRecord, Pack } from '../../records/file-record.ts';
import { decodeTopicRecord, isSealed } from '../../records/topic-record.ts';
import { VanishedError } from '../../stores/vanished.ts';
import { type BytesIn, piecesOf } from '../incoming/bytes-in.ts';
import { ConflictError } from '../incoming/incoming-bytes.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import { allDone } from '../shared/all-done.ts';
import { isPermanent, StoppedError } from '../shared/disk-retry.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { Progress } from '../shared/progress.ts';
import { placesByTime, type Reading, SeenOffsets } from './places-by-time.ts';

export interface FetchAgainOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly keyring: Keyring;
  /** Bytes that may be prefetched. */
  readonly bufferBytes: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** An upload that waits to be fetched again, and who waits for that. */
interface Waiting {
  readonly upload: IncomingUpload;
  readonly fetched: PromiseWithResolvers<void>;
}

/** One reading at a time: each has a consumer of its own, with all its memory. */
export class FetchAgain {
  readonly #options: FetchAgainOptions;
  #waiting: Waiting[] = [];
  #isReading = false;

  constructor(options: FetchAgainOptions) {
    this.#options = options;
  }

  /** Uploads that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Hands the upload every chunk of it that the topic still has, from where it was first seen to where it was last seen. Positions are not
   * touched. Rejects as {@link IncomingUpload.take} does, and with StoppedError once the signal has come.
   */
  fetch(upload: IncomingUpload): Promise<void> {
    const fetched = Promise.withResolvers<void>();
    this.#waiting.push({ upload, fetched });
    if (!this.#isReading) void this.#readAll();
    return fetched.promise;
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        if (group.length === 0) await this.#turnFreed();
        else await fetchTogether(this.#options, group);
        for (const { fetched } of group) fetched.resolve();
        await finished(group);
      } catch (error) {
        for (const { fetched } of group.length === 0 ? this.#waiting.splice(0) : group) fetched.reject(error);
      }
    }
    this.#isReading = false;
  }

  /** Those that are read for together; none while others have what they need. */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    for (const one of this.#waiting) {
      const turn = one.upload.isGone ? 'alone' : one.upload.takeTurn();
      if (turn === 'alone' && group.length > 0) continue;
      if (turn !== undefined) group.push(one);
      if (turn === 'alone') break;
    }
    this.#waiting = this.#waiting.filter((one) => !group.includes(one));
    return group;
  }

  async #turnFreed(): Promise<void> {
    const { signal } = this.#options;
    const stopped = Promise.withResolvers<never>();
    const stop = (): void => stopped.reject(new StoppedError('stopped before it was fetched again'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([this.#waiting[0]!.upload.turnFreed, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

/** What they had is given back then, so that as many as possible are read for together next. */
async function finished(group: readonly Waiting[]): Promise<void> {
  await setImmediate();
  await Promise.all(group.map(({ upload }) => upload.finishing));
}

/** Settles each by itself where something is wrong with it alone; rejects with what concerns all. */
async function fetchTogether(
  { kafka, topic, keyring, bufferBytes, progress, signal }: FetchAgainOptions,
  group: readonly Waiting[],
): Promise<void> {
  const wanting = group.filter(({ upload }) => !upload.isGone);
  const wishes = wanting.flatMap((one) => one.upload.bytesIn.map((from) => ({ one, from })));
  const wanted = Map.groupBy(wishes, ({ from }) => from.upload);
  if (wanted.size === 0) return;
  const names = wanting.map(({ upload }) => upload.target).join(', ');
  if (signal.aborted) throw new StoppedError(`stopped before ${names} was fetched again`);
  const seen = new SeenOffsets();
  const read = async ({ from, until }: Reading): Promise<void> => {
    if (from.size === 0) return;
    // What was removed, or cut off, is found to be missing at the end.
    const removed = { onGap: () => {}, onCut: () => {} };
    const consumer = kafka.consumer({ topic, from, until, bufferBytes, ...removed, signal });
    for await (const batch of consumer) {
      progress.records += batch.records.length;
      try {
        const begun: Promise<void>[] = [];
        for (const record of batch.records) {
          const handed = hand(record, keyring, wanted, progress, (id) =>
            seen.note(id, batch.partition, record.offset),
          );
          begun.push(handed);
          // A small one may expand to megabytes: one after the other.
          if (isSealed(record)) await Promise.allSettled([handed]);
          else handed.catch(() => {});
        }
        await allDone(begun);
      } finally {
        batch.release();
      }
      for (const one of wanting) if (one.upload.isFetched && one.upload.complete) leave(wanted, one);
      if (wanted.size === 0) return;
    }
  };
  const latest = await kafka.offsets(topic, 'latest');
  await read(
    rangesOf(
      wishes.map(({ from }) => from),
      latest,
    ),
  );
  const lacking = [...wanted.values()].flat().filter(({ one }) => one.upload.isFetched && !one.upload.isGone);
  if (lacking.length > 0 && !signal.aborted) {
    const told = lacking.map(({ one, from }) => ({
      ...from,
      before: one.upload.stripes ? undefined : one.upload.lasts,
    }));
    await read(await placesByTime(kafka, topic, told, seen, latest));
  }
  if (signal.aborted) throw new StoppedError(`stopped while ${names} was fetched again`);
}

/** Where the records of all of them stand, as far as the partitions have them: from the first that was seen to the last. */
function rangesOf(uploads: readonly BytesIn[], latest: ReadonlyMap<number, number>): Reading {
  const from = new Map<number, number>();
  const until = new Map<number, number>();
  for (const { at } of uploads) {
    for (const [partition, first, newest] of at) {
      const end = latest.get(partition) ?? 0;
      if (first >= end) continue;
      from.set(partition, Math.min(first, from.get(partition) ?? first));
      const last = Math.min(end, (newest ?? end) + 1);
      until.set(partition, Math.max(last, until.get(partition) ?? last));
    }
  }
  return { from, until };
}

/** What an upload wants of one whose records have bytes of it. */
interface Wish {
  readonly one: Waiting;
  readonly from: BytesIn;
}

/** By the id that the records with their bytes have: several, where some are copies or deltas. */
type Wanted = Map<string, Wish[]>;

function leave(wanted: Wanted, one: Waiting): void {
  for (const [upload, wishes] of wanted) {
    const others = wishes.filter((other) => other.one !== one);
    if (others.length === 0) wanted.delete(upload);
    else if (others.length < wishes.length) wanted.set(upload, others);
  }
}

/** Hands a record to the upload that it is of; one that cannot take it is not wanted any more. */
async function hand(
  record: ConsumedRecord,
  keyring: Keyring,
  wanted: Wanted,
  progress: Progress,
  note: (upload: string) => void,
): Promise<void> {
  const opened = openedOrNot(record, keyring);
  const decoded = opened instanceof Promise ? await opened.catch(ofForm) : opened;
  if (decoded === undefined) return;
  if (decoded.kind === 'pack') for (const { upload } of decoded.files) if (wanted.has(upload)) note(upload);
  if (decoded.kind !== 'pack' && 'upload' in decoded && wanted.has(decoded.upload)) note(decoded.upload);
  const isHidden = isSealed(record);
  const chunks = chunksOf(decoded, wanted).filter(({ one }) => !isHidden || !one.upload.isMade);
  await allDone(
    chunks.map(async ({ one, chunk }) => {
      try {
        await one.upload.take(chunk);
      } catch (error) {
        const isOfUpload = error instanceof VanishedError || error instanceof ConflictError;
        if (!isOfUpload && !isPermanent(error)) throw error;
        leave(wanted, one);
        one.fetched.reject(error);
        return;
      }
      progress.wireBytes += chunk.bytes.length;
      progress.advance(one.upload.ref.upload, chunk.bytes.length);
    }),
  );
}

function chunksOf(decoded: FileRecord, wanted: Wanted): { readonly one: Waiting; readonly chunk: Chunk }[] {
  if (decoded.kind === 'pack') return chunksOfPack(decoded, wanted);
  if (decoded.kind !== 'chunk') return [];
  return (wanted.get(decoded.upload) ?? []).flatMap(({ one, from }) => {
    const { ref, size, isGone, close } = one.upload;
    if (isGone) leave(wanted, one);
    const isOf = decoded.uploader === ref.uploader && decoded.size === from.size;
    if (!isOf || isGone || (from.path ?? decoded.path) !== decoded.path) return [];
    if (from.ranges === undefined) return [{ one, chunk: decoded }];
    const checksum = close === undefined ? decoded.checksum : algorithmOf(close.digest);
    return piecesOf(from, decoded).map((piece) => ({ one, chunk: { ...decoded, checksum, size, ...piece } }));
  });
}

/** A file of a pack is one that came in a single chunk. */
function chunksOfPack({ files, uploader }: Pack, wanted: Wanted) {
  return files.flatMap((file) => {
    if (file.size === 0) return [];
    return (wanted.get(file.upload) ?? []).flatMap(({ one, from }) => {
      const { ref, size, isGone } = one.upload;
      if (isGone || ref.uploader !== uploader || (from.path ?? ref.path) !== file.path) return [];
      // Of a delta the chunks of others are named alone.
      if (from.ranges !== undefined || size !== file.size) return [];
      const checksum = algorithmOf(file.digest);
      const chunk: Chunk = { kind: 'chunk', ...ref, offset: 0, size, checksum, bytes: file.bytes };
      return [{ one, chunk }];
    });
  });
}

/** At once where it stands in clear, so that what the topic has in order is taken in order. */
function openedOrNot(record: ConsumedRecord, keyring: Keyring): ReturnType<Keyring['open']> {
  try {
    const decoded = decodeTopicRecord(record);
    return decoded?.kind === 'sealed' ? keyring.open(decoded) : decoded;
  } catch (error) {
    return ofForm(error);
  }
}

/** What is not as FORMAT.md says is passed over. */
function ofForm(error: unknown): undefined {
  if (!(error instanceof FormatError)) throw error;
}
