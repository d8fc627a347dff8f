/** How a directory is opened as a sink. */
import type { SinkAttributeWish } from '../attribute-wish.ts';
import type { SinkAttributes } from './attributes/sink-attributes.ts';
import type { BackupFolder } from './backup-folder.ts';
import type { DiskCalls } from './calls.ts';
import type { SinkMemory } from './sink-memory.ts';

export interface DiskSinkOptions {
  /** The system's calls. Default: what suits the disk. */
  readonly calls?: DiskCalls;
  /** What tells the sink from a copy, given its own folder. Default: {@link placeOf}. */
  readonly identify?: (ownFolder: string) => string;
  /** Where files go that are removed: a folder on the same disk, below the directory unless it is absolute. Default: nowhere. */
  readonly backup?: string | undefined;
  /** Which attributes files get. Default: none. */
  readonly attributes?: SinkAttributeWish | undefined;
  /** The group that it is opened for, the name of the member, and how long it waits for others: see `NameTurns`. */
  readonly group?: { readonly name: string; readonly reader: string; readonly patience?: number } | undefined;
}

/** The same, as the sink has them. */
export interface DiskSinkSettings extends Required<Omit<DiskSinkOptions, 'backup' | 'group' | 'attributes'>> {
  readonly keepsStamps: boolean;
  readonly backup: BackupFolder | undefined;
  readonly group: SinkMemory | undefined;
  readonly attributes: SinkAttributes | undefined;
}
