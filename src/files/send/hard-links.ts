/**
 * Names that are one file at the source, told as that once each of them was sent by itself (docs/adr/0216-hard-links-are-told-of-what-was-sent.md):
 * what is one file has one inode, and so one look.
 */
import { largestValue } from '../../kafka/batch.ts';
import {
  encodeHardLinks,
  type HardLinkEntry,
  hardLinkEntryText,
  hardLinkHeaders,
  type StandingVersion,
} from '../../records/hard-link-record.ts';
import { namesLimit } from '../../records/name-list.ts';
import { sealNames } from '../../records/seal-record.ts';
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import type { UploadEvent } from '../shared/events.ts';
import type { SendContext } from './send-context.ts';

/** Bytes of a record: readers hold a few of them. */
const usual = 256 * 1024;

/** Names of one file, as a walk has met them. */
interface Group {
  look: string;
  readonly paths: Set<string>;
}

/** A record to be. */
interface Draft {
  readonly entries: HardLinkEntry[];
  bytes: number;
}

/** Brackets and a line feed. */
const empty = (): Draft => ({ entries: [], bytes: 3 });

interface Member {
  readonly path: string;
  readonly state: FileState;
}

export class HardLinks {
  readonly #context: SendContext;
  readonly #onEvent: (event: UploadEvent) => void;
  #groups = new Map<string, Group>();

  constructor(context: SendContext, onEvent: (event: UploadEvent) => void) {
    this.#context = context;
    this.#onEvent = onEvent;
  }

  /** A file stands on the topic as it looks here. */
  note(file: SourceFile): void {
    if (file.body === undefined || file.link !== undefined) return;
    const look = lookOf(file);
    const group = this.#groups.get(file.body) ?? { look, paths: new Set() };
    // The newest: what was met before it has another one by now too.
    group.look = look;
    group.paths.add(file.path);
    this.#groups.set(file.body, group);
  }

  /** Tells what has not been told of those that were noted since the last time, and remembers that: a walk comes by all of them. */
  async tell(): Promise<void> {
    const { limit, options } = this.#context;
    const { uploader, encryption } = options;
    const largest = largestValue(limit, { headers: hardLinkHeaders(uploader, namesLimit) });
    const capacity = Math.min(usual, largest - (encryption?.packOverhead ?? 0));
    /** By the partition in which the version stands: readers that have come so far have it, and often both. */
    const drafts = new Map<number, Draft>();
    const groups = this.#groups;
    this.#groups = new Map();
    for (const group of groups.values()) {
      if (options.signal.aborted) return;
      for (const entry of this.#untold(group)) {
        const length = Buffer.byteLength(hardLinkEntryText(entry)) + 1;
        const { partition } = entry;
        let draft = drafts.get(partition) ?? empty();
        if (draft.bytes + length > capacity || draft.entries.length >= namesLimit) {
          await this.#send(partition, draft);
          draft = empty();
        }
        drafts.set(partition, draft);
        // Two names may be too long for one record: they stay two files then.
        if (draft.bytes + length > capacity) continue;
        draft.entries.push(entry);
        draft.bytes += length;
      }
    }
    for (const [partition, draft] of drafts) await this.#send(partition, draft);
  }

  /** The oldest version is the one that others are told to be one with: it changes least. */
  #untold({ look, paths }: Group): HardLinkEntry[] {
    const { state, topicId } = this.#context.options;
    const members = [...paths].flatMap((path): Member[] => {
      const known = state.get(path);
      const isSent = known?.state === 'sent' && known.kind === undefined && known.topic === topicId;
      return isSent && lookOf(known.fingerprint) === look ? [{ path, state: known }] : [];
    });
    const [of, ...others] = members.toSorted((a, b) => (a.state.upload < b.state.upload ? -1 : 1));
    if (of === undefined) return [];
    return others
      .filter((member) => member.state.linked !== of.state.upload)
      .map((member) => ({ ...standing(member), of: standing(of) }));
  }

  async #send(partition: number, { entries, bytes }: Draft): Promise<void> {
    if (entries.length === 0) return;
    const { state, uploader, encryption } = this.#context.options;
    await state.behind.drained();
    const clear = encodeHardLinks(uploader, entries);
    const record =
      encryption === undefined
        ? clear
        : sealNames(await encryption.recipients.newKey(), 'hard-link', uploader, entries.length, clear);
    await this.#context.append(partition, record, bytes);
    for (const { path, upload, of } of entries) {
      const now = state.get(path);
      if (now?.upload === upload && now.state === 'sent') state.set(path, { ...now, linked: of.upload });
      this.#onEvent({ type: 'hard-link-sent', path, upload, of: of.path });
    }
  }
}

function lookOf({ size, mtime, ctime, inode }: Omit<FileState['fingerprint'], 'mode'>): string {
  return `${size} ${mtime} ${ctime} ${inode}`;
}

function standing({ path, state: { upload, partition, last } }: Member): StandingVersion {
  return { path, upload, partition, last };
}
