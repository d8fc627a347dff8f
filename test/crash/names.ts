/** Paths of sources: some of everything that a file system takes for a name. */
import type { Random } from '../support/random.ts';

const folders = [
  '',
  'plain/',
  'plain/deeper/',
  'with space/',
  'Ünïcödé/',
  'a/',
  'a/b/',
  '-dash/',
  'trailing./',
  'COM1/',
  'x.DIGEST_MISMATCH/',
  '.hidden/',
];

const names = [
  'a',
  'b',
  'file.bin',
  'file.BIN',
  'two words',
  ' leading and trailing ',
  '-rf',
  '--help',
  'new\nline',
  'tab\there',
  'it\'s "quoted"',
  'back\\slash',
  'percent%41',
  'colon:name',
  'CON',
  'nul.txt',
  'trailing.',
  'star*?<>|',
  '\u001b[31mred',
  'e\u0301-nfd',
  '\u00e9-nfc',
  '日本語',
  '👩‍🚀',
  '.dotfile',
  '.sluice',
  'x.DIGEST_MISMATCH',
  'place',
  'journal.db',
  'whole-0',
  'ende\u202egpj.exe',
  'l'.repeat(255),
  `${'ö'.repeat(127)}x`,
];

/** So many different paths; some are folders of others, so that one may stand where the other was. */
export function somePaths(random: Random, count: number): string[] {
  const paths = new Set<string>();
  while (paths.size < count) paths.add(random.pick(folders) + random.pick(names));
  return [...paths];
}

/** True for a path that an uploader leaves out unless it is told otherwise. */
export function isHidden(path: string): boolean {
  return path.split('/').some((segment) => segment.startsWith('.'));
}
