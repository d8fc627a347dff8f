/**
 * What object stores have in common. The room `objects` makes a source and a sink of it; each store's own room answers it, with one try a
 * request: a refusal is a StoreFault with its code, and what only the user can mend a ConfigurationError.
 */
import type { FileLook } from '../contract.ts';
import type { Patiently } from '../patiently.ts';
import type { NameRules } from '../target-name.ts';

/** Where in a store. */
export interface ObjectsPlace {
  /** Which store. */
  readonly store: string;
  /** What all keys begin with: empty, or with a slash at its end. */
  readonly prefix: string;
  /** For people, without a slash at its end. */
  readonly url: string;
}

/** What a store says of an object: in a listing, by a look, or with its bytes. */
export interface ObjectFacts {
  readonly size: number;
  /** Tells it from every other object that stood or will stand under its key: an ETag, a generation. Empty where the store says none. */
  readonly tag: string;
  /** When it was written, milliseconds since the epoch. */
  readonly written: number;
  /** How the file looked where it came from, where the object says so; listings need not have it. */
  readonly kept?: FileLook | undefined;
}

export interface ListedObject extends ObjectFacts {
  readonly key: string;
  /** Why it cannot be sent, whatever its name is. */
  readonly fault?: string | undefined;
}

/** Some bytes of an object, on their way. */
export interface ObjectRange {
  readonly facts: ObjectFacts;
  /** Throws what {@link ObjectReader.meaning} explains. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Ends the connection of what was not read to its end. */
  destroy(): void;
}

export interface ObjectReader {
  readonly place: ObjectsPlace;
  /** What tells this place from every other, across restarts: the server, the bucket, the prefix. */
  readonly identity: readonly string[];
  /** A file that can be seen is whole: it came there at once. */
  readonly appearsWhole: boolean;
  /** The URL of an object, for people. */
  shown(key: string): string;
  /**
   * All objects, a page at a time: of a listing of any length one page is held, and the next is on its way. Each request goes through
   * `patiently`. Stores that have folders ask `isEntered` before they list one, by its path below the prefix.
   */
  list(patiently: Patiently, isEntered: (folder: string) => boolean): AsyncIterable<readonly ListedObject[]>;
  /** Throws what keeps the place from being listed. */
  tryList(): Promise<void>;
  /** `ENOENT` when there is none. */
  look(key: string): Promise<ObjectFacts>;
  /**
   * From `start` to before `end`, or to the object's end; `tag`: of that object and no other (`ESTALE`). `ERANGE` where it has no byte at
   * `start`.
   */
  range(
    key: string,
    start: number,
    end: number,
    tag: string | undefined,
    signal: AbortSignal,
  ): Promise<ObjectRange>;
  /** What an error says that came while `bytes` were read. */
  meaning(error: unknown, cannot: string, key: string): Error;
  close(): void;
}

/** What objects say of themselves: names in small letters, values in ASCII. */
export type Metadata = Readonly<Record<string, string>>;

/** What must stand under a key for it to be written: the object of a tag, or nothing. Undefined: whatever does. */
export type Condition = { readonly tag: string } | 'nothing' | undefined;

/** How whoever reads the store over HTTP is served an object. Stores that are no web servers pass it over. */
export interface Served {
  readonly contentType: string;
  readonly cacheControl: string;
}

/** What stands under a key. */
export interface ObjectLook {
  readonly tag: string;
  readonly size: number;
  readonly metadata: Metadata;
  /** When it was written, milliseconds since the epoch, as far as it is known. */
  readonly written?: number | undefined;
  /** How it is kept, for {@link ObjectWriter.rewrite}; in the store's own words. Undefined of one that was written just now. */
  readonly kept?: unknown;
}

/** A part that stands at the store. */
export interface StandingPart {
  /** 1 is the first. */
  readonly number: number;
  /** What the store gave for it. */
  readonly tag: string;
  /** Of its bytes, as the store writes it; undefined where it is not to be given any. */
  readonly checksum: string | undefined;
}

/** What keeps the journals of members, and whose a place is: a store, or a folder. */
export type JournalStore = Pick<
  ObjectWriter,
  'place' | 'where' | 'put' | 'look' | 'read' | 'list' | 'remove' | 'abort'
>;

/** What puts whole objects in place to be read by others, and compares with what stands: a store, or a folder. */
export type PlainStore = Pick<
  ObjectWriter,
  'place' | 'replacesAtOnce' | 'put' | 'look' | 'read' | 'remove' | 'close'
>;

export interface ObjectWriter {
  readonly place: ObjectsPlace;
  /** The bucket and the prefix, whatever way leads there: elsewhere, what stands in its journal is a copy. */
  readonly where: string;
  /** What names have to be; those of POSIX unless it is said. */
  readonly names?: NameRules;
  /** An object is put in place, or described anew, only if what its condition says stands there at that very moment. */
  readonly replacesAtOnce: boolean;
  /** When an upload in parts takes the metadata that its object is to have. */
  readonly describedAt: 'begin' | 'end';
  /** Uploads in parts that are left end by themselves, unseen, and can be found by nobody: they are not to be remembered. */
  readonly expiresUploads?: boolean;
  /** Bytes of every part but the last, so that a file of a size fits. What is not larger goes up by {@link put}. */
  partSizeFor(size: number): number;

  /** Puts a whole object; resolves with its tag. `ESTALE` when something else stands there than the condition says. */
  put(
    key: string,
    bytes: Uint8Array,
    metadata: Metadata,
    condition: Condition,
    served?: Served,
  ): Promise<string>;
  /** Begins an upload in parts, of which nothing can be listed or read; resolves with its id. */
  begin(key: string, metadata: Metadata, condition: () => Promise<Condition>): Promise<string>;
  /** Several at once; one that is sent again is the same part. `ENOENT`: the upload is not there any more. */
  part(key: string, upload: string, number: number, bytes: Uint8Array): Promise<StandingPart>;
  /** True when an upload in parts is known to be there no more, or not with the `first` part that it had. */
  hasEnded(key: string, upload: string, first?: StandingPart): Promise<boolean>;
  /** Makes an object of all its parts; resolves with its tag. `ENOENT` when they cannot become one any more. */
  complete(
    key: string,
    upload: string,
    parts: readonly StandingPart[],
    condition: Condition,
    metadata: Metadata,
  ): Promise<string>;
  /** Ends an upload in parts, with all that stands of it; one that is not there has ended. */
  abort(key: string, upload: string): Promise<void>;
  /** Ids of uploads in parts to this very key that are not completed, as far as the store tells. */
  openUploads(key: string): Promise<readonly string[]>;
  /**
   * Gives an object other metadata, if it still is the one of this tag; how it is kept stays as it is. With `isAtOnce` it is that at the
   * very moment, where {@link replacesAtOnce}, whatever requests that takes.
   */
  rewrite(
    key: string,
    look: Omit<ObjectLook, 'metadata'>,
    metadata: Metadata,
    isAtOnce?: boolean,
  ): Promise<void>;

  /** Undefined when nothing stands there. */
  look(key: string): Promise<ObjectLook | undefined>;
  /** The bytes of an object, if it still is the one of this tag. */
  read(key: string, tag: string | undefined): AsyncIterable<Uint8Array>;
  /** Keys that begin with a prefix, a thousand at the most. */
  list(prefix: string): Promise<readonly string[]>;
  /**
   * The keys right in a folder, whose own key ends with a slash; undefined when one answer does not hold them. Stores whose look costs no
   * more than a listing need not have it.
   */
  namesIn?(folder: string): Promise<ReadonlySet<string> | undefined>;
  /** What is not there is removed. */
  remove(key: string): Promise<void>;
  close(): void;
}
