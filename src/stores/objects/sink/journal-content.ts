/** What a journal says, and how it is read. */
import type { ReadRange, TopicPositions, UnfinishedUpload } from '../../contract.ts';
import { isCode, StoreFault } from '../../store-fault.ts';
import type { JournalStore } from '../contract.ts';

/** The end of a journal's key. */
export const journalName = 'journal.json';

/** An upload in parts that was begun, or is about to be; without an id nobody knows whether it was. */
export interface OpenParts {
  readonly key: string;
  readonly id: string | undefined;
}

/** Whose members write to a place together. */
export interface GroupName {
  readonly name: string;
  /** Made with it: of another one of that name nothing is believed. */
  readonly id: string;
}

export interface Content {
  /** 2 is a group's: earlier releases are not to go on with it. */
  readonly version: 1 | 2;
  readonly id: string;
  /** Where it was written: elsewhere it is a copy. */
  readonly place: string;
  readonly isCopy?: boolean;
  /** The process that wrote it, and the how manieth time. */
  readonly writer: string;
  readonly serial: number;
  readonly positions: readonly (Omit<TopicPositions, 'partitions'> & {
    readonly partitions: readonly (readonly [number, ReadRange])[];
  })[];
  readonly uploads: readonly UnfinishedUpload[];
  readonly open: readonly OpenParts[];
  readonly group?: GroupName;
  /** The term of each partition that was ever taken by this member. */
  readonly terms?: readonly Term[];
  /** Milliseconds since the epoch, by the clock of who wrote it. */
  readonly written?: number;
}

/** By Kafka's id of the topic. */
export type Term = readonly [topic: string, partition: number, term: number];

/** What stands there. One without a content that can be read says nothing. */
export interface FoundJournal {
  readonly tag: string;
  readonly content: Content | undefined;
  /** It says more than this release knows. */
  readonly isNewer: boolean;
}

/** Undefined when there is none. */
export async function readJournal(objects: JournalStore, key: string): Promise<FoundJournal | undefined> {
  const found = await readJson<Omit<Content, 'version'> & { readonly version: number }>(objects, key);
  if (found === undefined) return undefined;
  const { tag, content } = found;
  if (content === undefined) return { tag, content, isNewer: false };
  if (content.version === 1 || (content.version === 2 && content.group !== undefined))
    return { tag, content: content as Content, isNewer: false };
  return { tag, content: undefined, isNewer: content.version > 1 };
}

interface FoundJson<T> {
  readonly tag: string;
  readonly content: T | undefined;
}

/** An object of ours; its content is undefined where it cannot be read, and all of it where there is none. */
export async function readJson<T extends object>(
  objects: JournalStore,
  key: string,
): Promise<FoundJson<T> | undefined> {
  for (;;) {
    try {
      return await readOnce(objects, key);
    } catch (error) {
      // Whoever else writes it, as members of a group do, may have done so between the look and the reading.
      if (!isCode(error, 'ESTALE') && !isCode(error, 'ENOENT')) throw error;
    }
  }
}

async function readOnce<T extends object>(
  objects: JournalStore,
  key: string,
): Promise<FoundJson<T> | undefined> {
  const look = await objects.look(key);
  if (look === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of objects.read(key, look.tag)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (bytes.length !== look.size)
    throw new StoreFault(`${objects.place.url} gave ${bytes.length} of ${look.size} bytes of ${key}`, {
      scope: 'sink',
      code: 'EAGAIN',
    });
  return { tag: look.tag, content: contentOf(bytes.toString()) };
}

function contentOf<T extends object>(text: string): T | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null ? (content as T) : undefined;
  } catch {
    return undefined;
  }
}
