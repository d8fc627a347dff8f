/**
 * Copies (FORMAT.md, "Copy"): versions whose bytes are those of another upload. They are taken from what the sink has of that one, and
 * proven by the digest as all bytes are; where it has nothing that is right, from the topic. So are striped uploads by a group's members, of which
 * each reads some partitions alone.
 */
import { algorithmOf } from '../../records/checksum.ts';
import type { FileFacts } from '../../records/file-facts.ts';
import type { Ending } from '../../records/file-record.ts';
import type { PublishedFile } from '../../stores/contract.ts';
import { Room } from '../../stores/room.ts';
import { targetName } from '../../stores/target-name.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';
import { StoppedError } from '../shared/disk-retry.ts';
import { borrowFrom } from './borrow.ts';
import { endIfStanding } from './finish-upload.ts';
import { fetchInTurn } from './in-turn.ts';
import { baseThrough, makeDelta } from './make-delta.ts';

/** Bytes read from the sink at a time. */
const piece = 1024 * 1024;
/** Copies that are made at a time, and that may wait for it: each costs as much as an open upload. */
const madeAtOnce = 4;
const mayWait = 1000;

export class Copies {
  readonly #context: ReceiveContext;
  readonly #uploads: IncomingUploads;
  readonly #waiting = new Room(mayWait);
  readonly #making = new Room(madeAtOnce);

  constructor(context: ReceiveContext, uploads: IncomingUploads) {
    this.#context = context;
    this.#uploads = uploads;
  }

  /** True for a version whose bytes are to be fetched: a copy, a delta, and for a member of a group, which reads some partitions alone, what is striped. */
  takes(ending: Ending): boolean {
    return ending.kind !== 'close' || (ending.stripes !== undefined && this.#context.isMember);
  }

  /** Gives an upload its bytes, as far as they can be had; of one that has all from its own records as they come, what was passed over. Rejects as fetching does. */
  async fill(upload: IncomingUpload): Promise<void> {
    if (!upload.isFetched) return fetchInTurn(this.#context, upload);
    await baseThrough(this.#uploads, upload);
    await taken(this.#making);
    try {
      await this.#make(upload);
    } finally {
      this.#making.give(1);
    }
  }

  /** Resolves when another copy may be admitted, with when this one is through, which `make` begins. */
  async admit(
    upload: IncomingUpload,
    ending: Ending,
    make: () => Promise<void>,
  ): Promise<{ readonly finished: Promise<void> }> {
    // It comes again while it is made: what is wrong with that, whoever began it hears.
    if (upload.isFetched) return { finished: (upload.again ?? Promise.resolve()).catch(() => {}) };
    if (ending.kind === 'copy') upload.of = ending.of;
    else if (ending.kind === 'delta') upload.parts = ending.parts;
    else upload.stripes = ending.stripes;
    const finished = make();
    await taken(this.#waiting);
    const give = (): void => this.#waiting.give(1);
    finished.then(give, give);
    return { finished };
  }

  async #make(upload: IncomingUpload): Promise<void> {
    const { of, close, ref, target, size } = upload;
    const { sink, progress, fetchAgain } = this.#context.options;
    if (close === undefined || upload.isGone) return;
    if (await endIfStanding(this.#context, this.#uploads, upload, close)) return;
    if (upload.parts !== undefined) return makeDelta(this.#context, upload);
    if (of === undefined) {
      await fetchAgain(upload);
      return fetchInTurn(this.#context, upload);
    }
    const source = this.#uploads.get(of.upload);
    // What came before it on the topic may be on its way to its name. What is made so is no source, and would wait for each other.
    if (source?.isFetched !== true) {
      await source?.finishing;
      await source?.again?.catch(() => {});
    }
    const open = () => this.#open(upload, close);
    if (await borrowFrom(upload, open, (file) => this.#borrow(upload, close, file))) return;
    await upload.settled().catch(() => {});
    // Another member of the group has it now, and what is under way of it.
    if (upload.isGone) return;
    await sink.clear(ref.upload);
    upload.reset();
    progress.begin(ref.upload, target, size, 0);
    await fetchAgain(upload);
    // Of what came early then the room may have been too small for all.
    await fetchInTurn(this.#context, upload);
  }

  async #open(upload: IncomingUpload, { size, digest }: FileFacts): Promise<PublishedFile | undefined> {
    const { sink } = this.#context.options;
    if (upload.of === undefined || sink.openPublished === undefined) return undefined;
    const name = targetName(upload.ref.uploader, upload.of.path, sink.abilities.names);
    if ('refused' in name) return undefined;
    // In its turn: whoever is writing that name is through with it then.
    return this.#context.turns.run(name.target, async () => {
      const published = await sink.published(name.target);
      const isIt = published?.size === size && published.digest === digest;
      return isIt ? sink.openPublished?.(name.target) : undefined;
    });
  }

  async #borrow(upload: IncomingUpload, facts: FileFacts, file: PublishedFile): Promise<void> {
    if ((await file.cloneTo?.(upload.ref.upload)) !== true) return this.#copy(upload, facts, file);
    upload.hasAll();
    this.#context.options.progress.advance(upload.ref.upload, upload.size);
  }

  async #copy(upload: IncomingUpload, { size, digest }: FileFacts, file: PublishedFile): Promise<void> {
    const { signal, progress } = this.#context.options;
    const checksum = algorithmOf(digest);
    const buffer = Buffer.from(new SharedArrayBuffer(Math.min(piece, size)));
    for (let offset = 0; offset < size; ) {
      if (signal.aborted) throw new StoppedError(`stopped while ${upload.target} was copied`);
      if (upload.isGone) return;
      const read = await file.read(buffer.subarray(0, Math.min(piece, size - offset)), offset);
      if (read === 0) return;
      const bytes = buffer.subarray(0, read);
      await upload.take({ kind: 'chunk', ...upload.ref, size, checksum, offset, bytes });
      progress.advance(upload.ref.upload, read);
      offset += read;
    }
  }
}

/** Resolves when there is room for one more, which is taken. */
async function taken(room: Room): Promise<void> {
  while (!room.take(1)) await room.freed;
}
