/**
 * What the console's page and its server say to each other: the JSON of `/console/api/`. Times are milliseconds since the epoch of Unix,
 * sizes bytes, rates bytes a second, spans of time seconds. What nobody knows is absent, never 0.
 */

/** What somebody may do; each role may also do what those before it may. */
export const roles = ['look', 'fetch', 'send', 'administer'] as const;
export type Role = (typeof roles)[number];

/** `GET api/session`: who asks, and where. */
export interface Session {
  readonly role: Role;
  /** The name in the token, or of OpenID Connect; absent: it has none, or nobody was asked. */
  readonly user?: string;
  /** By a token that the browser keeps, and can give back. */
  readonly isSignedIn?: true;
  /** To be sent as `x-sluice-csrf` with whatever changes something. */
  readonly csrf: string;
  readonly topic: string;
  readonly liveTopic: string;
  readonly cluster: string;
  readonly version: string;
  /** Under which uploader's name dropped files go; absent: none may be sent. */
  readonly uploader?: string;
}

/** What a run tells of itself; of earlier releases, and where there is no topic for reports, there is none. */
export interface RunFacts {
  readonly version?: string;
  readonly host?: string;
  readonly pid?: number;
  readonly started?: number;
  /** When it was last heard of. */
  readonly seen: number;
  /** Why it waits now, in one sentence. */
  readonly waiting?: string;
}

export interface UploaderRow extends Partial<RunFacts> {
  readonly id: string;
  /** `running`: its lease is held; `ended`: given back; `silent`: neither given back nor renewed. */
  readonly state: 'running' | 'ended' | 'silent';
  readonly sentFiles: number;
  readonly sentBytes: number;
  readonly sendingFiles: number;
  readonly failedFiles?: number;
  readonly backlogFiles?: number;
  readonly backlogBytes?: number;
  readonly rate?: number;
}

export interface DownloaderRow extends Partial<RunFacts> {
  /** Of its consumer group. */
  readonly id: string;
  readonly name: string;
  readonly state: 'running' | 'ended' | 'silent';
  readonly lagRecords: number;
  readonly lagBytes?: number;
  /** Age of the oldest record that it has not got yet. */
  readonly lagSeconds?: number;
  /** Seconds until retention takes a record that it has not got; absent: never, or nobody knows. */
  readonly overtakenIn?: number;
  /** Records that retention has taken before it read them. */
  readonly lostRecords?: number;
  readonly receivedFiles?: number;
  readonly failedFiles?: number;
  /** Verified, and waiting for their names. */
  readonly parkedFiles?: number;
  readonly rate?: number;
}

export interface StreamRow {
  readonly id: string;
  readonly state: 'live' | 'ended';
  readonly began: number;
  /** From the picture's capture to its append to the topic. */
  readonly latency?: number;
  readonly bitRate?: number;
  readonly restarts: number;
  readonly discontinuities: number;
  readonly viewers?: number;
  readonly renditions: readonly string[];
  /** In words that its sender can act on. */
  readonly faults: readonly string[];
  readonly publisher?: RunFacts;
  /** Where it is watched; absent: no server is known. */
  readonly watch?: string;
}

/** One that may not be looked at has no partitions, and a finding that says why. */
export interface TopicRow {
  readonly id: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly bytes?: number;
  readonly records: number;
  readonly retention?: number;
  readonly retentionBytes?: number;
  readonly maxMessageBytes?: number;
  readonly findings: readonly Finding[];
}

/** What the doctor finds. */
export interface Finding {
  readonly level: 'fine' | 'note' | 'warning' | 'fault';
  readonly what: string;
  readonly advice?: string;
}

/** A file, as far as the topic knows it. Of one that was never sent the size is 0 and the upload empty. */
export interface FileRow {
  /** `UPLOADER/PATH`. */
  readonly id: string;
  readonly uploader: string;
  readonly path: string;
  /** `arrived` at every downloader that is known; `sent`: on the topic; `parked`, `failed`: at one of them at least. */
  readonly state: 'sending' | 'sent' | 'arrived' | 'parked' | 'failed' | 'removed' | 'aborted';
  readonly size: number;
  readonly done: number;
  readonly mtime: number;
  /** When that became so. */
  readonly at: number;
  readonly upload: string;
  /** Where it is known; a file's history has it. */
  readonly digest?: string;
  readonly reason?: string;
  /** Its name, or what is in it, is encrypted: the console cannot fetch it. */
  readonly isLocked?: true;
}

/** `GET api/files?search=&uploader=&state=&after=&limit=`: newest first, at most 500 at a time. */
export interface FilesPage {
  readonly files: readonly FileRow[];
  /** Of all that meet the question. */
  readonly total: number;
  /** To be given as `after` for those that follow; absent: these were the last. */
  readonly next?: string;
  /** Of more than a million, so many of the oldest are not in memory, and not found here. */
  readonly forgotten?: number;
}

/** A line of `GET api/files/history?uploader=&path=`, newest first. */
export interface FileEvent {
  /** Of `arrived`: by when it had, as far as anybody has looked. */
  readonly at: number;
  readonly what: 'sent' | 'sending' | 'aborted' | 'removed' | 'arrived' | 'parked' | 'failed';
  readonly upload: string;
  readonly size?: number;
  readonly digest?: string;
  /** The downloader, of what happened at one. */
  readonly where?: string;
  readonly reason?: string;
  /** Where its records stand. */
  readonly partition?: number;
  readonly first?: number;
  readonly last?: number;
  /** Whether the topic still has its bytes: `/console/files/UPLOADER/PATH?upload=ID` gives them. Absent: nobody knows, or they are not asked for. */
  readonly isKept?: boolean;
}

export interface Sections {
  readonly uploaders: readonly UploaderRow[];
  readonly downloaders: readonly DownloaderRow[];
  readonly streams: readonly StreamRow[];
  readonly topics: readonly TopicRow[];
}

/** What is counted over time, the same for `api/history` and in `point`. */
export interface Totals {
  readonly sendingFiles: number;
  readonly backlogBytes?: number;
  readonly lagBytes?: number;
  readonly lagSeconds?: number;
  readonly failedFiles: number;
  readonly parkedFiles: number;
  readonly viewers?: number;
  readonly liveStreams: number;
  /** Bytes a second that the files topic grew by, and that the live topic did. */
  readonly filesRate: number;
  readonly liveRate: number;
}

/** `GET api/history`: one column per series, for uPlot; null: not known then. */
export interface History {
  readonly at: readonly number[];
  readonly series: { readonly [name in keyof Totals]?: readonly (number | null)[] };
}

/**
 * `GET api/events`, as server-sent events: `snapshot` once, then `change` for rows that became others (whole rows; `gone`: their ids),
 * `files` when files changed, `point` every few seconds, `trouble` while Kafka is away (`message` absent: it is back), and `drops` while dropped
 * files cannot be sent (`message` absent: they are).
 * `data` is one of these; its name is the event's.
 */
export interface ConsoleEvents {
  readonly snapshot: Sections & {
    readonly now: number;
    readonly totals: Totals;
    readonly trouble?: string;
    readonly drops?: string;
  };
  readonly change: { readonly [name in keyof Sections]?: Sections[name] } & {
    readonly gone?: { readonly [name in keyof Sections]?: readonly string[] };
  };
  /** At most 200 of the newest; `more`: there are others, and a list is to be asked for again. */
  readonly files: { readonly files: readonly FileRow[]; readonly more: boolean };
  readonly point: { readonly at: number; readonly totals: Totals };
  readonly trouble: { readonly message?: string };
  readonly drops: { readonly message?: string };
}

/** What `api/files` is asked. `search`: text that `UPLOADER/PATH` contains, or a glob where it has `*`; at most 256 characters. */
export interface FilesQuestion {
  readonly search?: string;
  readonly uploader?: string;
  readonly state?: FileRow['state'];
  readonly after?: string;
  readonly limit?: number;
}

/** So much is asked for already that more would only wait: ask again. */
export class TooBusy extends Error {}

/** A key of a sender, as `GET api/keys` lists it, for administrators: nobody knows the key itself any more. */
export interface ListedKey {
  readonly id: string;
  /** A stream, or a glob of names. */
  readonly streams: string;
  readonly name: string;
  readonly created: number;
  readonly expires?: number | undefined;
}

/** What `POST api/keys` answers: a key that was made just now. */
export interface MadeKey extends ListedKey {
  /** Told once, and kept nowhere. */
  readonly key: string;
}

/** What the routes know of the cluster: answered from memory, but for a file's history. */
export interface ConsoleModel {
  readonly topic: string;
  readonly liveTopic: string;
  readonly cluster: string;
  sections(): Sections;
  totals(): Totals;
  history(): History;
  /** Why Kafka cannot be asked now. */
  trouble(): string | undefined;
  /** For it cannot be reached; otherwise it says no. */
  isAway(): boolean;
  files(question: FilesQuestion): FilesPage;
  /** Undefined: it is not in memory. */
  file(uploader: string, path: string): FileRow | undefined;
  /** Rejects with KafkaError, and with TooBusy. */
  fileHistory(uploader: string, path: string): Promise<readonly FileEvent[]>;
  /** Tells each event but `snapshot`; returns how to stop it. */
  watch(listener: ConsoleListener): () => void;
  /** Idempotent. */
  close(): Promise<void>;
}

export type ConsoleListener = <K extends Exclude<keyof ConsoleEvents, 'snapshot'>>(
  event: K,
  data: ConsoleEvents[K],
) => void;
