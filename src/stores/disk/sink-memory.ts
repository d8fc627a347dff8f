/** What a sink remembers, and how it writes names: alone in its folder, or as the member of a group. */
import { join } from 'node:path';
import type { SharedSink } from '../shared-sink.ts';
import { ownFolder } from '../target-name.ts';
import type { Folders } from './folders.ts';
import { type Journal, openJournal } from './journal.ts';
import { type NameKeeper, OwnNames } from './name-keeper.ts';
import type { Refusals } from './refusals.ts';
import type { SinkJournal } from './sink-journal.ts';

/** The folder of temporary files of a sink that is alone, and its journal, below its root. */
export const partsFolder = `${ownFolder}/parts`;
export const aloneJournal = `${ownFolder}/journal.db`;

export interface SinkMemory {
  /** The folder of temporary files, below the root. */
  readonly parts: string;
  readonly journal: SinkJournal;
  /** That of a sink that nobody else writes to, which may note in it what it likes; undefined in a group. */
  readonly own?: Journal;
  readonly shared: SharedSink | undefined;
  names(folders: Folders): NameKeeper;
}

/** Of a sink that nobody else writes to. Throws as {@link openJournal} does. */
export function ownMemory(
  root: string,
  refusals: Refusals,
  identify: (ownFolder: string) => string,
): SinkMemory {
  const journal = openJournal(join(root, aloneJournal), identify(join(root, ownFolder)), refusals);
  const names = (): NameKeeper => new OwnNames(journal, join(root, partsFolder));
  return { parts: partsFolder, journal, own: journal, shared: undefined, names };
}
