/**
 * Sends many small files in one record. Places in the pack are given by the sizes that the files were accepted with; all
 * are then read at once into one buffer. A file that changed leaves a hole, which the record's pieces step over.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { crashPoint } from '../../crash-points.ts';
import { largestValue } from '../../kafka/batch.ts';
import { attributesLimit } from '../../records/attributes.ts';
import { type ChecksumAlgorithm, digestOf } from '../../records/checksum.ts';
import { encodePack, packHeaders } from '../../records/file-record.ts';
import { keyedDigest } from '../../records/keyed-digest.ts';
import {
  checkPackEntry,
  type PackEntry,
  packEntryText,
  packFilesLimit,
  packIndexLength,
} from '../../records/pack.ts';
import { sealPack } from '../../records/seal-record.ts';
import type { FileLook, SourceFile } from '../../stores/contract.ts';
import { togetherIn } from '../../tracing/of-files.ts';
import { allDone } from '../shared/all-done.ts';
import { isSameLook, lookText } from '../shared/look-text.ts';
import { sealedMark } from '../state/decide.ts';
import { fingerprintOf } from '../state/fingerprint.ts';
import { saidOf } from './fit-attributes.ts';
import { hasMore, isRefused, isStale, longReason, shortReason } from './said-size.ts';
import type { SendContext } from './send-context.ts';

/** As long as any digest of the algorithm. */
export const digestPlaceholders: Record<ChecksumAlgorithm, string> = {
  md5: `md5:${'0'.repeat(32)}`,
  sha256: `sha256:${'0'.repeat(64)}`,
  crc64nvme: `crc64nvme:${'0'.repeat(16)}`,
};

/** As long as any upload's id. */
export const uploadPlaceholder = '0'.repeat(32);

/** Files read at once. */
const readers = 16;
/** Files read before everything else has its turn. */
const group = 64;

interface Place {
  readonly file: SourceFile;
  readonly upload: string;
  readonly start: number;
}

/** What became of each file of a pack. */
export interface PackedOutcome {
  readonly file: SourceFile;
  readonly upload: string;
  /** Undefined when it could not be sent, and then `reason` says why. */
  readonly digest?: string;
  readonly reason?: string;
  /** Why will be so however often it is tried. */
  readonly isFinal?: boolean;
  /** What its uploader noted of it, where that is not what the store says. */
  readonly kept?: FileLook;
}

type Reading = Pick<PackedOutcome, 'digest' | 'reason' | 'isFinal' | 'kept'>;

/** A pack that is being filled. */
export class PackBuilder {
  readonly #context: SendContext;
  readonly #capacity: number;
  readonly #places: Place[] = [];
  #contents = 0;
  #entryBytes = 0;
  /** The file that was asked about last: it is the one that is taken in next. */
  #measured: { readonly file: SourceFile; readonly length: number } | undefined;

  /** At most `bytes` large, its index included. */
  constructor(context: SendContext, bytes: number) {
    this.#context = context;
    this.#capacity = Math.min(largestPack(context), bytes);
  }

  get size(): number {
    return this.#places.length;
  }

  /** True when the file can be taken in; the first always can. */
  fits(file: SourceFile): boolean {
    if (this.#places.length === 0) return true;
    const files = this.#places.length + 1;
    const index = packIndexLength(files, this.#entryBytes + this.#entryLength(file));
    return index + this.#contents + file.size <= this.#capacity && files <= packFilesLimit;
  }

  add(file: SourceFile): void {
    const { ids, state } = this.#context.options;
    const upload = ids.next(state.get(file.path)?.upload);
    this.#places.push({ file, upload, start: this.#contents });
    this.#contents += file.size;
    this.#entryBytes += this.#entryLength(file);
  }

  #entryLength(file: SourceFile): number {
    if (this.#measured?.file !== file) {
      const entry = entryOf(file, uploadPlaceholder, digestPlaceholders[this.#context.options.checksum]);
      this.#measured = { file, length: Buffer.byteLength(packEntryText(entry)) };
    }
    return this.#measured.length;
  }

  /** Reads the files and appends the pack; resolves once it is acknowledged. */
  async send(buffer: Uint8Array): Promise<PackedOutcome[]> {
    const { partitions, state, topicId } = this.#context.options;
    const files = this.#places.map(({ file }) => file);
    const isRead = togetherIn(files, 'read and hash');
    const outcomes = await this.#read(buffer);
    isRead();
    const entries: PackEntry[] = [];
    const pieces: Uint8Array[] = [];
    for (const [index, { file, upload, digest, kept }] of outcomes.entries()) {
      if (digest === undefined) continue;
      const entry = { ...entryOf(file, upload, digest), ...kept };
      try {
        // What readers would refuse is no reason for them to refuse its neighbours.
        checkPackEntry(entry);
      } catch (error) {
        outcomes[index] = { file, upload, reason: `no record can hold it: ${(error as Error).message}` };
        continue;
      }
      entries.push(entry);
      const { start } = this.#places[index]!;
      pieces.push(buffer.subarray(start, start + file.size));
    }
    if (entries.length === 0) return outcomes;
    const { record, mark, stateDigest } = await this.#encode(entries, join(pieces));
    const partition = partitions.choose(this.#context.isUrgent);
    const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
    crashPoint('pack:before-append');
    const isAcknowledged = togetherIn(files, 'produce', 'producer');
    const place = await this.#context.append(partition, record, bytes, 'free');
    isAcknowledged();
    crashPoint('pack:after-ack');
    const offset = Math.max(0, place.offset);
    for (const { file, upload, digest } of outcomes) {
      if (digest === undefined) continue;
      const fingerprint = fingerprintOf(file, this.#context.options.encryption);
      const sent = { topic: topicId, upload, state: 'sent' as const, fingerprint, partition };
      const facts = { digest: stateDigest(digest), acked: file.size, ...mark(upload) };
      state.set(file.path, { ...sent, first: offset, last: offset, ...facts });
    }
    return outcomes;
  }

  /** The record, in clear or encrypted, and what may be remembered of its files. */
  async #encode(entries: readonly PackEntry[], contents: readonly Uint8Array[]) {
    const { uploader, encryption, checksum } = this.#context.options;
    if (encryption === undefined) {
      const record = encodePack(uploader, entries, contents);
      return { record, mark: () => ({}), stateDigest: (digest: string) => digest };
    }
    const key = await encryption.recipients.newKey();
    const code = async (value: readonly Uint8Array[]) => {
      return encryption.mayCode(value) ? encryption.code(value) : undefined;
    };
    return {
      record: await sealPack(key, uploader, entries, contents, code),
      mark: (upload: string) => sealedMark(encryption, upload, checksum),
      stateDigest: (digest: string) => (encryption.names ? digest : keyedDigest(key.secret, digest)),
    };
  }

  async #read(buffer: Uint8Array): Promise<PackedOutcome[]> {
    const outcomes: PackedOutcome[] = new Array(this.#places.length);
    let next = 0;
    // A source may answer at once, and keep all others waiting.
    let turn: Promise<void> | undefined;
    const work = async (): Promise<void> => {
      for (let index = next++; index < this.#places.length; index = next++) {
        if (index > 0 && index % group === 0) turn = othersTurn();
        await turn;
        const { file, upload, start } = this.#places[index]!;
        const into = buffer.subarray(start, start + file.size);
        const read = this.#readAtOnce(file, into) ?? (await this.#readOne(file, into));
        outcomes[index] = { file, upload, ...read };
      }
    };
    // The buffer is read into until the last of them is through.
    await allDone(Array.from({ length: Math.min(readers, this.#places.length) }, work));
    await othersTurn();
    return outcomes;
  }

  #readAtOnce(file: SourceFile, into: Uint8Array): { digest: string } | undefined {
    const { source, checksum } = this.#context.options;
    const look = source.readAtOnce?.(file.path, into);
    return look !== undefined && isSameLook(look, file) ? { digest: digestOf(checksum, into) } : undefined;
  }

  async #readOne(file: SourceFile, into: Uint8Array): Promise<Reading> {
    const { source, checksum } = this.#context.options;
    try {
      const handle = await source.open(file.path);
      try {
        for (let at = 0; at < into.length; ) {
          const read = await handle.read(into.subarray(at), at);
          if (read === 0) return { reason: shortReason(await handle.look(), file) };
          at += read;
        }
        const { kept, ...look } = await handle.look();
        if (lookText(look) !== lookText(file)) return { reason: 'it changed while it was read' };
        if (await hasMore(handle, file.size)) return { reason: longReason(file) };
        const digest = digestOf(checksum, into);
        return kept === undefined ? { digest } : { digest, kept };
      } finally {
        await handle.close();
      }
    } catch (error) {
      // It concerns no file: the run was stopped, or the whole store refuses.
      if (!(error instanceof Error) || !('code' in error)) throw error;
      if (error.code === 'ENOENT') return { reason: 'it was removed before it was read' };
      if (isStale(error)) return { reason: 'it was replaced or removed while it was read' };
      return { reason: `it cannot be read: ${error.message}`, isFinal: isRefused(error) };
    }
  }
}

/** True when the file fits into a pack of its own. */
export function fitsPack(context: SendContext, file: SourceFile): boolean {
  const { limit, options } = context;
  const most = mostBeside(options.uploader, file) + (options.encryption?.packOverhead ?? 0) + file.size;
  return (most <= limit && most <= options.buffers.size) || packOfOne(context, file) <= largestPack(context);
}

/** Bytes that a pack best has at the most, of which `file` is the first. */
export function packBytes(context: SendContext, file: SourceFile): number {
  const { producer } = context.options;
  return Math.min(largestPack(context), Math.max(producer.recordBytes, packOfOne(context, file)));
}

/** More bytes than all that records say of a file can take: of a name, a character takes six at the most, of the rest is less than a kilobyte. */
export function mostBeside(uploader: string, { path, attributes }: SourceFile): number {
  const said = attributes === undefined ? 0 : attributesLimit;
  return 1024 + said + 6 * (uploader.length + path.length);
}

function packOfOne(context: SendContext, file: SourceFile): number {
  const entry = packEntryText(entryOf(file, uploadPlaceholder, digestPlaceholders[context.options.checksum]));
  return packIndexLength(1, Buffer.byteLength(entry)) + file.size;
}

function largestPack({ limit, options }: SendContext): number {
  const { uploader, buffers, encryption } = options;
  const largest = largestValue(limit, { headers: packHeaders(uploader, 0, 0) });
  return Math.min(largest - (encryption?.packOverhead ?? 0), buffers.size);
}

function entryOf(file: SourceFile, upload: string, digest: string): PackEntry {
  const { path, size, mtime, mode } = file;
  return { path, upload, size, digest, mtime, mode, ...saidOf(file) };
}

/** Neighbouring pieces of one buffer as one piece. */
function join(pieces: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && last.byteOffset + last.byteLength === piece.byteOffset) {
      joined[joined.length - 1] = new Uint8Array(
        last.buffer,
        last.byteOffset,
        last.byteLength + piece.byteLength,
      );
    } else if (piece.length > 0) {
      joined.push(piece);
    }
  }
  return joined;
}
