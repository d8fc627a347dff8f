/**
 * Sends one file as chunks and a closing record. The bytes are read once, hashed as they pass, and handed to Kafka in
 * the buffer that they were read into.
 */
import { crashPoint } from '../../crash-points.ts';
import type { Appended, NewRecord } from '../../kafka/contract.ts';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type { UploadRef } from '../../records/file-record.ts';
import { type FileState, mayStand, standingOf } from '../../records/state-record.ts';
import type { OpenFile, SourceFile } from '../../stores/contract.ts';
import { togetherIn } from '../../tracing/of-files.ts';
import type { FileHasher } from '../hashing/file-hasher.ts';
import { Ranges } from '../incoming/ranges.ts';
import { allDone } from '../shared/all-done.ts';
import { lookText } from '../shared/look-text.ts';
import { checksumOf, sealedMark } from '../state/decide.ts';
import { fingerprintOf } from '../state/fingerprint.ts';
import { abortUpload } from './abort-upload.ts';
import { appendStriped, sharedBy, stripePlanOf } from './append-striped.ts';
import { fillBuffer } from './fill-buffer.ts';
import { saidOf } from './fit-attributes.ts';
import { hashUpTo } from './hash-file.ts';
import { hasherFor, withPieces } from './pieces-of.ts';
import { hasMore, isStale, longReason, shortReason } from './said-size.ts';
import { Sealing } from './sealing.ts';
import type { SendContext } from './send-context.ts';
import type { StripePlan } from './stripe-plan.ts';

/** Bytes acknowledged between two notes of progress, or milliseconds: what a killed uploader sends again at the most, and what is in flight. */
export const noteEvery = 8 * 1024 * 1024;
const noteAfterMs = 1000;
/** Bytes that may be acknowledged behind one that is not: what is sent again then, and what readers hold that want all in order. */
const span = 64 * 1024 * 1024;

export type SendOutcome =
  | {
      readonly outcome: 'sent';
      readonly upload: string;
      readonly digest: string;
      readonly resumedFrom: number;
    }
  /** The file is not what it was when it was accepted; the upload was aborted by a record. */
  | { readonly outcome: 'changed'; readonly reason: string }
  /** The topic keeps less than all of it; what was begun was aborted by a record. */
  | { readonly outcome: 'lost'; readonly reason: string }
  /** The signal came; what was acknowledged is noted and the next run goes on there. */
  | { readonly outcome: 'stopped' };

interface Sending {
  readonly ref: UploadRef;
  readonly file: SourceFile;
  readonly partition: number;
  /** Where its chunks go, if not all to that partition. */
  readonly plan: StripePlan | undefined;
  /** An upload keeps the algorithm that it began with: its chunks on the topic name it. */
  readonly checksum: ChecksumAlgorithm;
  readonly hasher: FileHasher;
  readonly sealing: Sealing;
  /** What tells that an upload is encrypted, and for whom. */
  readonly sealed: { readonly sealed?: string };
  readonly resumedFrom: number;
  /** The version that downloaders have until this one is through. */
  readonly standing: Pick<FileState, 'before' | 'stands'>;
  /** The least and greatest Kafka offset of a record with bytes of this upload. */
  first: number | undefined;
  last: number;
  /** Which bytes are on the topic: acknowledgements come in any order, over several connections. */
  readonly acked: Ranges;
  /** So many of the first were there when that was noted last, and when that was, by the steady clock. */
  noted: number;
  notedAt: number;
}
/** Sends all of `file`, unless the topic keeps less than that. */
export async function sendWhole(context: SendContext, file: SourceFile): Promise<SendOutcome> {
  const reason = await context.options.kept?.refusal(file, sharedBy(context, file.size));
  return reason === undefined ? sendFile(context, file) : { outcome: 'lost', reason };
}

/** Sends `file`, from where `resume` stopped if that is given. Rejects when Kafka refuses, or the disk fails. */
export async function sendFile(
  context: SendContext,
  file: SourceFile,
  resume?: FileState,
): Promise<SendOutcome> {
  const { source, state, progress, encryption } = context.options;
  const handle = await source.open(file.path);
  progress.begin(file.path, file.path, file.size, resume?.acked ?? 0);
  try {
    const sealing = encryption === undefined ? Sealing.none : await Sealing.with(encryption);
    const sending = begin(context, file, resume, sealing);
    try {
      return await send(context, handle, sending);
    } catch (error) {
      if (!isStale(error)) throw error;
      return await changed(context, sending, 'it was replaced or removed while it was read');
    } finally {
      sending.hasher.drop();
    }
  } finally {
    progress.end(file.path);
    await handle.close();
  }
  function begin(
    context: SendContext,
    file: SourceFile,
    resume: FileState | undefined,
    sealing: Sealing,
  ): Sending {
    const { uploader, ids, partitions, topicId } = context.options;
    const known = state.get(file.path);
    const upload = resume?.upload ?? ids.next(known?.upload);
    const acked = resume?.acked ?? 0;
    const checksum = checksumOf(resume) ?? context.options.checksum;
    const partition = resume?.partition ?? partitions.choose(context.isUrgent);
    const ref = { uploader, path: file.path, upload };
    const chunk = { ...ref, checksum, size: file.size, offset: 0, home: partition };
    const plan = stripePlanOf(context, sealing, chunk, resume);
    return {
      ref,
      file,
      partition,
      plan,
      checksum,
      hasher: hasherFor(context, checksum, file.size, plan !== undefined),
      sealing,
      sealed: sealedMark(encryption, upload, checksum),
      resumedFrom: acked,
      standing: known === undefined ? {} : standingAt(topicId, known),
      first: resume?.first,
      last: resume?.last ?? 0,
      acked: new Ranges([[0, acked]]),
      noted: acked,
      notedAt: 0,
    };
  }
}

async function send(context: SendContext, handle: OpenFile, sending: Sending): Promise<SendOutcome> {
  const { file, ref, partition, plan } = sending;
  const opened = await handle.look();
  if (lookText(opened) !== lookText(file)) return changed(context, sending, 'it changed before it was read');
  // The digest is of the whole file: what an earlier run sent is read again, not sent again.
  const prefix = await hashUpTo(context, handle, sending.hasher, sending.resumedFrom);
  const isSent = togetherIn([file], 'read, hash and produce', 'producer');
  const sent = prefix === 'all' ? await sendChunks(context, handle, sending) : prefix;
  isSent();
  if (sent === 'stopped') {
    note(context, sending, 'sending');
    return { outcome: 'stopped' };
  }
  const lost = await context.options.kept?.lostRecordNow(file, partition, sending.first, plan?.stripes);
  if (lost !== undefined) {
    await abortUpload(context, ref, partition, lost);
    return { outcome: 'lost', reason: lost };
  }
  const [now, named] = await Promise.all([handle.look(), context.options.source.look(file.path)]);
  if (sent === 'short') return changed(context, sending, shortReason(now, file));
  if (lookText(now) !== lookText(file)) return changed(context, sending, 'it changed while it was read');
  if (named === undefined || lookText(named) !== lookText(file))
    return changed(context, sending, 'it was replaced or removed while it was read');
  if (await hasMore(handle, file.size)) return changed(context, sending, longReason(file));
  const digest = await sending.hasher.digest();
  const { mtime, mode } = opened.kept ?? file;
  const where = plan && { stripes: plan.stripes };
  const facts = { size: file.size, digest, mtime, mode, ...saidOf(file), ...where };
  crashPoint('close:before-append');
  const closing = withPieces(context, sending.hasher, { ...ref, ...facts });
  const isClosed = togetherIn([file], 'close', 'producer');
  const close = await context.append(partition, sending.sealing.close(closing), closing.index?.length ?? 0);
  isClosed();
  crashPoint('close:after-ack');
  sawOffset(sending, close);
  note(context, sending, 'sent', sending.sealing.digest(digest));
  return { outcome: 'sent', upload: ref.upload, digest, resumedFrom: sending.resumedFrom };
}

async function sendChunks(
  context: SendContext,
  handle: OpenFile,
  sending: Sending,
): Promise<'all' | 'short' | 'stopped'> {
  const { buffers, chunkSize, producer, signal, progress, kept } = context.options;
  const { file, ref, partition, plan, checksum, sealing } = sending;
  const common = { ...ref, checksum, size: file.size, ...(plan && { home: partition }) };
  const largest = sealing.largestChunk(context.limit, { ...common, offset: 0 });
  const flights = new Set<Promise<void>>();
  let failure: unknown;
  const read = async (position: number): Promise<Piece> => {
    const left = file.size - position;
    // At least one byte: whoever accepted the file saw that there is room, and Kafka tells when there is none any more.
    const size = Math.max(1, Math.min(chunkSize ?? producer.recordBytes, largest, buffers.size, left));
    const buffer = await context.takeBuffer(size);
    try {
      const wanted = chunkSize === undefined ? Math.min(buffer.length, largest, left) : size;
      const bytes = buffer.subarray(0, await fillBuffer(handle, buffer.subarray(0, wanted), position));
      return { buffer, bytes, whole: bytes.length === wanted };
    } catch (error) {
      failure ??= error;
      return { buffer, bytes: buffer.subarray(0, 0), whole: false };
    }
  };
  let outcome: 'all' | 'short' | 'stopped' = 'all';
  let position = sending.resumedFrom;
  // One piece is read while those before it are hashed and sent.
  let ahead = position < file.size ? read(position) : undefined;
  while (ahead !== undefined) {
    const { buffer, bytes, whole } = await ahead;
    ahead = undefined;
    const isLost = kept?.lostRecord(partition, sending.first, plan?.stripes) !== undefined;
    if (signal.aborted || !whole || failure !== undefined || isLost) {
      buffers.give(buffer);
      outcome = signal.aborted ? 'stopped' : 'short';
      break;
    }
    while (position - sending.acked.prefix > span && flights.size > 0) await Promise.race(flights);
    const offset = position;
    position += bytes.length;
    if (position < file.size) ahead = read(position);
    const hashed = sending.hasher.update(bytes);
    const record = sealing.chunk({ ...common, offset, bytes }, hashed);
    const append = (sealed: NewRecord): Promise<Appended> =>
      plan === undefined
        ? context.append(partition, sealed, bytes.length, 'free')
        : appendStriped(context, plan, sealed, bytes.length);
    const appended = (record instanceof Promise ? record.then(append) : append(record)).then((place) => {
      crashPoint('chunk:after-ack');
      progress.advance(file.path, bytes.length);
      acknowledged(context, sending, offset, bytes.length, place);
    });
    const flight = allDone([appended, hashed])
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => {
        buffers.give(buffer);
        flights.delete(flight);
      });
    flights.add(flight);
  }
  await Promise.all(flights);
  if (failure !== undefined) throw failure;
  return outcome;
}

/** A piece of a file in a buffer of the pool; not `whole` when the file ended before it. */
interface Piece {
  readonly buffer: Uint8Array;
  readonly bytes: Uint8Array;
  readonly whole: boolean;
}

/** Where to go on is said by one number, up to which nothing is missing: what stands behind it may be sent again. */
function acknowledged(
  context: SendContext,
  sending: Sending,
  offset: number,
  length: number,
  place: Appended,
): void {
  const { acked, file, first, partition: home } = sending;
  // In another partition it stands in the plan.
  if (place.partition === home) sawOffset(sending, place);
  acked.add(offset, offset + length);
  const news = acked.prefix - sending.noted;
  const isDue = news > 0 && (news >= noteEvery || performance.now() - sending.notedAt >= noteAfterMs);
  if (acked.prefix < file.size && (sending.first !== first || isDue)) note(context, sending, 'sending');
}

/** A broker may acknowledge a repeated batch without saying where it stands: then 0 is no lie, only early. */
function sawOffset(sending: Sending, { offset }: Appended): void {
  sending.first = Math.min(sending.first ?? Number.POSITIVE_INFINITY, Math.max(0, offset));
  sending.last = Math.max(sending.last, offset);
}

/** Where a version of another topic stands is of no use here. */
function standingAt(topic: string, known: FileState): Sending['standing'] {
  if (known.topic === topic) return standingOf(known);
  return mayStand(known) ? { stands: true } : {};
}

function note(context: SendContext, sending: Sending, state: FileState['state'], digest?: string): void {
  const { file, ref, partition, plan, checksum, first, last, standing, sealed } = sending;
  const acked = sending.acked.prefix;
  if (first === undefined) return;
  sending.noted = acked;
  sending.notedAt = performance.now();
  const fingerprint = fingerprintOf(file, context.options.encryption);
  const { topicId: topic } = context.options;
  const entry = { topic, upload: ref.upload, state, fingerprint, partition, first, last, acked, ...sealed };
  const where = plan && { stripes: plan.stripes };
  const open = { ...(sealed.sealed === undefined ? { checksum } : {}), ...standing };
  const more = digest === undefined ? open : { digest };
  context.options.state.set(file.path, { ...entry, ...where, ...more });
}

async function changed(context: SendContext, sending: Sending, reason: string): Promise<SendOutcome> {
  await abortUpload(context, sending.ref, sending.partition, reason);
  return { outcome: 'changed', reason };
}
