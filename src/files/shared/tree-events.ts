/** What is told of a tree's names that are no files, and of those that go. */

/** With `delete`: a file is gone from the source, and the sinks are told. */
export interface DeletionSentEvent {
  readonly type: 'deletion-sent';
  readonly path: string;
  readonly upload: string;
}

/** A symbolic link was sent. */
export interface LinkSentEvent {
  readonly type: 'link-sent';
  readonly path: string;
  readonly upload: string;
  readonly to: string;
}

/** A folder was sent: that it is there, its permissions and its time. */
export interface FolderSentEvent {
  readonly type: 'folder-sent';
  readonly path: string;
  readonly upload: string;
}

/** A file that was sent is one with another one that was: the sinks are told. */
export interface HardLinkSentEvent {
  readonly type: 'hard-link-sent';
  readonly path: string;
  readonly upload: string;
  /** The path of the other one. */
  readonly of: string;
}

/** With `delete`: so many files seem to be gone that nobody is told. It counts as failed. */
export interface DeletionsRefusedEvent {
  readonly type: 'deletions-refused';
  /** How many are gone, of how many that were sent. */
  readonly gone: number;
  readonly known: number;
  readonly message: string;
}

/** Dry run with `delete`: the sinks would be told that this file is gone. */
export interface WouldDeleteEvent {
  readonly type: 'would-delete';
  readonly path: string;
}

/** A file went at the source, and was removed here. */
export interface DeletedEvent {
  readonly type: 'deleted';
  readonly uploader: string;
  readonly path: string;
  /** The version that says so. */
  readonly upload: string;
  readonly target: string;
  /** Where it is kept. */
  readonly backup?: string;
}

/** A symbolic link stands under its name. */
export interface LinkedEvent {
  readonly type: 'linked';
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly target: string;
  /** What it points to. */
  readonly to: string;
  /** Where what stood there is now, with `overwrite: 'rename'`. */
  readonly keptAs?: string;
}

/** A folder stands under its name, and will have its permissions and time. */
export interface FolderMadeEvent {
  readonly type: 'folder-made';
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly target: string;
}

/** A name stands for the same file as another one. */
export interface HardLinkedEvent {
  readonly type: 'hard-linked';
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly target: string;
  /** The other name. */
  readonly to: string;
}

/** A file went at the source, and stays here, for it is not as it was received. */
export interface KeptEvent {
  readonly type: 'kept';
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly target: string;
  readonly reason: string;
}

/** Of an uploader. */
export type TreeUploadEvent =
  | DeletionSentEvent
  | LinkSentEvent
  | FolderSentEvent
  | HardLinkSentEvent
  | DeletionsRefusedEvent
  | WouldDeleteEvent;

/** Of a downloader. */
export type TreeDownloadEvent = LinkedEvent | FolderMadeEvent | HardLinkedEvent | DeletedEvent | KeptEvent;
