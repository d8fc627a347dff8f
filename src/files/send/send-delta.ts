/**
 * Sends a file that grew or changed in part as what is new in it (docs/adr/0205-a-delta-names-ranges.md). It is read once, cut and compared with the pieces of its
 * former version; then what is new is read again, sent, and proven to be what was read before.
 */
import { crashPoint } from '../../crash-points.ts';
import { batchSize } from '../../kafka/batch.ts';
import type { Appended } from '../../kafka/contract.ts';
import { sinceOf } from '../../records/delta-parts.ts';
import { type Delta, encodeChunk, encodeDelta, type UploadRef } from '../../records/file-record.ts';
import { encodePieceIndex, type PieceIndex } from '../../records/piece-index.ts';
import { type FileState, standingOf } from '../../records/state-record.ts';
import type { FileLook, OpenFile, SourceFile } from '../../stores/contract.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { CuttingHasher, PieceHasher } from '../hashing/piece-hasher.ts';
import { allDone } from '../shared/all-done.ts';
import { lookText } from '../shared/look-text.ts';
import { fingerprintOf } from '../state/fingerprint.ts';
import { abortUpload } from './abort-upload.ts';
import { type DeltaBaseOptions, deltaBase } from './delta-base.ts';
import { type DeltaBase, type DeltaPlan, planDelta } from './delta-plan.ts';
import { fillBuffer } from './fill-buffer.ts';
import { saidOf } from './fit-attributes.ts';
import { FreshPieces } from './fresh-pieces.ts';
import { hashUpTo } from './hash-file.ts';
import { leastDelta } from './pieces-of.ts';
import { hasMore, isStale } from './said-size.ts';
import { Sealing } from './sealing.ts';
import type { SendContext } from './send-context.ts';
import { sendCopy } from './send-copy.ts';
import type { SendOutcome } from './send-file.ts';

export type SendDeltaOutcome = SendOutcome & { readonly copyOf?: string; readonly reused?: number };

/** A file as it was read to be compared. */
interface Read {
  readonly index: PieceIndex;
  readonly digest: string;
  readonly look: FileLook;
}

interface Sending {
  readonly ref: UploadRef;
  readonly file: SourceFile;
  readonly partition: number;
  readonly standing: Pick<FileState, 'before' | 'stands'>;
  first: number | undefined;
  last: number;
}

/** Undefined where the file is to be sent in another way: nothing of it was sent, or that was given up. Rejects as sending does. */
export async function sendDelta(
  options: DeltaBaseOptions,
  context: SendContext,
  file: SourceFile,
): Promise<SendDeltaOutcome | undefined> {
  const { source, state, topicId } = context.options;
  const known = state.get(file.path);
  if (file.size < leastDelta || known === undefined || known.topic !== topicId) return undefined;
  const base = await deltaBase(options, file.path, known);
  if (base === undefined) return undefined;
  const handle = await source.open(file.path);
  try {
    return await compareAndSend(options, context, handle, file, base, known);
  } catch (error) {
    // Whoever sends it finds that too.
    if (!isStale(error)) throw error;
    return undefined;
  } finally {
    await handle.close();
  }
}

async function compareAndSend(
  { retained }: DeltaBaseOptions,
  context: SendContext,
  handle: OpenFile,
  file: SourceFile,
  base: DeltaBase,
  known: FileState,
): Promise<SendDeltaOutcome | undefined> {
  const read = await readPieces(context, handle, file, base.index.bits);
  if (read === 'stopped') return { outcome: 'stopped' };
  if (read === undefined) return undefined;
  const { index, digest, look } = read;
  const { mtime, mode } = look;
  const isSame = digest === base.base.digest && hasSamePieces(index, base.index);
  if (isSame && base.parts === undefined && (await retained.stays(base.own))) {
    const { size: _, ...of } = base.own;
    const sending = sendCopy(context, file, { of, digest, mtime, mode });
    if (sending !== undefined)
      return { outcome: 'sent', upload: await sending, digest, copyOf: of.path, resumedFrom: 0 };
  }
  const plan = planDelta(base, index.pieces, file.size);
  if (plan === undefined) return undefined;
  const { uploader, ids } = context.options;
  const ref = { uploader, path: file.path, upload: ids.next(known.upload) };
  const facts = { size: file.size, digest, mtime, mode, ...saidOf(file) };
  const delta = { ...ref, ...facts, parts: plan.parts, index: encodePieceIndex(index) };
  if (batchSize(encodeDelta(delta)) > context.limit) return undefined;
  const { partition } = base.own;
  const sending: Sending = { ref, file, partition, standing: standingOf(known), first: undefined, last: 0 };
  // Reading it may have taken hours.
  const stay = async (): Promise<boolean> => {
    const all = await Promise.all(plan.parts.sources.map((source) => retained.stays(source)));
    return all.every(Boolean);
  };
  return sendPlanned(context, handle, sending, plan, delta, stay);
}

/** A digest that anybody makes two files for proves nothing by itself. */
function hasSamePieces(one: PieceIndex, other: PieceIndex): boolean {
  return Buffer.compare(one.pieces, other.pieces) === 0;
}

/** Reads all of the file. Undefined when it is not what it was, or has too many pieces: then it is sent as ever, which tells what is wrong. */
async function readPieces(
  context: SendContext,
  handle: OpenFile,
  file: SourceFile,
  bits: number,
): Promise<Read | 'stopped' | undefined> {
  const { checksum } = context.options;
  const opened = await handle.look();
  if (lookText(opened) !== lookText(file)) return undefined;
  const pieces = new PieceHasher(bits, context.limit);
  const hasher = new CuttingHasher(createFileHasher(checksum, file.size), pieces);
  try {
    const read = await hashUpTo(context, handle, hasher, file.size);
    if (read !== 'all') return read === 'stopped' ? read : undefined;
    const index = pieces.index();
    if (index === undefined || !(await isAsItWas(context, handle, file))) return undefined;
    return { index, digest: await hasher.digest(), look: opened.kept ?? file };
  } finally {
    hasher.drop();
  }
}

async function isAsItWas(context: SendContext, handle: OpenFile, file: SourceFile): Promise<boolean> {
  const [now, named] = await Promise.all([handle.look(), context.options.source.look(file.path)]);
  const isSame =
    lookText(now) === lookText(file) && named !== undefined && lookText(named) === lookText(file);
  return isSame && !(await hasMore(handle, file.size));
}

async function sendPlanned(
  context: SendContext,
  handle: OpenFile,
  sending: Sending,
  plan: DeltaPlan,
  delta: Omit<Delta, 'kind'>,
  stay: () => Promise<boolean>,
): Promise<SendDeltaOutcome | undefined> {
  const { state, topicId: topic, progress, kept } = context.options;
  const { file, ref, partition } = sending;
  const fresh = plan.fresh.reduce((sum, [from, to]) => sum + to - from, 0);
  progress.begin(file.path, file.path, file.size, file.size - fresh);
  try {
    const end = await sendFresh(context, handle, sending, plan, delta);
    // The next run begins it anew: what came of it here is given up by then.
    if (end === 'stopped') return { outcome: 'stopped' };
    const lost = await kept?.lostRecordNow(file, partition, sending.first);
    if (lost !== undefined || end === 'changed' || !(await isAsItWas(context, handle, file))) {
      const reason = lost ?? 'it changed while it was read';
      if (sending.first !== undefined) await abortUpload(context, ref, partition, reason);
      return { outcome: lost === undefined ? 'changed' : 'lost', reason };
    }
    if (!(await stay())) {
      const reason = 'former uploads that it has bytes of do not stay on the topic for long enough';
      if (sending.first !== undefined) await abortUpload(context, ref, partition, reason);
      return undefined;
    }
    crashPoint('close:before-append');
    const place = await context.append(partition, encodeDelta(delta), delta.index.length);
    crashPoint('close:after-ack');
    saw(sending, place);
    const { first = 0, last } = sending;
    const since = Math.min(first, sinceOf(delta.parts));
    const { size, digest } = delta;
    const entry = { ...entryOf(topic, sending), state: 'sent', first, last, acked: size } as const;
    state.set(file.path, { ...entry, digest, since });
    return { outcome: 'sent', upload: ref.upload, digest, resumedFrom: 0, reused: size - fresh };
  } finally {
    progress.end(file.path);
  }
}

/** Sends what is new as chunks, in whatever order they come to stand. */
async function sendFresh(
  context: SendContext,
  handle: OpenFile,
  sending: Sending,
  { fresh }: DeltaPlan,
  delta: Omit<Delta, 'kind'>,
): Promise<'all' | 'changed' | 'stopped'> {
  const { buffers, chunkSize, producer, signal, progress, checksum } = context.options;
  const { file, ref, partition } = sending;
  const { size } = file;
  const largest = Sealing.none.largestChunk(context.limit, { ...ref, checksum, size, offset: 0 });
  const check = new FreshPieces(delta.index.subarray(2), fresh);
  const flights = new Set<Promise<void>>();
  let failure: unknown;
  let end: 'all' | 'changed' | 'stopped' = 'all';
  const sendOne = async (offset: number, until: number): Promise<number> => {
    const wanted = Math.max(
      1,
      Math.min(chunkSize ?? producer.recordBytes, largest, buffers.size, until - offset),
    );
    const buffer = await context.takeBuffer(wanted);
    let bytes = buffer.subarray(0, 0);
    try {
      bytes = buffer.subarray(0, await fillBuffer(handle, buffer.subarray(0, wanted), offset));
      check.update(bytes);
    } catch (error) {
      failure ??= error;
    }
    if (bytes.length < wanted || !check.isSame || failure !== undefined) {
      end = 'changed';
      buffers.give(buffer);
      return until;
    }
    const record = encodeChunk({ ...ref, checksum, size, offset, bytes });
    const flight = context
      .append(partition, record, bytes.length, 'free')
      .then((place) => {
        crashPoint('chunk:after-ack');
        progress.advance(file.path, bytes.length);
        acknowledged(context, sending, place);
      })
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => {
        buffers.give(buffer);
        flights.delete(flight);
      });
    flights.add(flight);
    return offset + bytes.length;
  };
  for (const [from, until] of fresh) {
    for (let at = from; at < until && end === 'all' && failure === undefined; ) {
      if (signal.aborted) end = 'stopped';
      else at = await sendOne(at, until);
    }
  }
  await allDone([...flights]);
  if (failure !== undefined) throw failure;
  return end;
}

/**
 * Once something of it is on the topic that is remembered: whoever comes next gives it up by a record. No checksum stands beside it, so that nobody goes on with it.
 */
function acknowledged(context: SendContext, sending: Sending, place: Appended): void {
  const isFirst = sending.first === undefined;
  saw(sending, place);
  if (!isFirst) return;
  const { state, topicId } = context.options;
  const { file, first = 0, last, standing } = sending;
  const entry = { ...entryOf(topicId, sending), state: 'sending', first, last, acked: 0 } as const;
  state.set(file.path, { ...entry, ...standing });
}

function saw(sending: Sending, { offset }: Appended): void {
  sending.first = Math.min(sending.first ?? Number.POSITIVE_INFINITY, Math.max(0, offset));
  sending.last = Math.max(sending.last, offset);
}

function entryOf(topic: string, { file, ref, partition }: Sending) {
  // What is encrypted is no delta.
  return { topic, upload: ref.upload, fingerprint: fingerprintOf(file, undefined), partition };
}
