/** `--from` of whoever reads, or looks at, what an uploader sends: all but its help. One file of settings serves several verbs. */
import { sources } from './values.ts';

export const sourceFlag = {
  flag: 'from',
  form: 'list',
  // Paths have commas.
  separator: ';',
  argument: '[NAME=]PLACE',
  schema: sources,
  fallback: undefined,
} as const;
