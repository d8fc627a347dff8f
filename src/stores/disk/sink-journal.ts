/** What a sink needs of what it remembers. */
import type { Journal } from './journal.ts';

export type SinkJournal = Pick<
  Journal,
  | 'id'
  | 'isCopy'
  | 'published'
  | 'collision'
  | 'noteGone'
  | 'unfinished'
  | 'noted'
  | 'notedOf'
  | 'positions'
  | 'checkpoint'
  | 'close'
>;
