/** Owners, permissions, extended attributes and ACLs: what is given too much of, and what holds files back. */
import { type Defect, edit } from '../defect.ts';

const given = 'src/stores/disk/attributes/given-by-sinks.test.ts';
const read = 'src/stores/disk/attributes/read-attributes.test.ts';

export const attributes: readonly Defect[] = [
  {
    name: 'programs-of-strangers',
    breaks:
      'With --special-bits a file that could not be given its owner ran as whoever had downloaded it, as root at worst.',
    edits: [
      edit(
        'src/stores/disk/attributes/modes.ts',
        '  return mode & ~left;',
        '  return left === 0 ? mode & ~left : mode;',
      ),
    ],
    seekers: [],
    tests: [given],
  },
  {
    name: 'mask-as-rights-of-the-group',
    breaks: 'Where an ACL was not set, the group had the rights that the ACL had given somebody else.',
    edits: [
      edit(
        'src/stores/disk/attributes/modes.ts',
        "  if (acl === '') return mode;",
        "  if (acl !== 'none') return mode;",
      ),
    ],
    seekers: [],
    tests: [given],
  },
  {
    name: 'modes-as-a-folder-passes-them-on',
    breaks:
      'A small file kept the permissions with which it was made, of which the ACL that a folder passes on had taken some.',
    edits: [
      edit(
        'src/stores/disk/file-look.ts',
        '    calls.setMode(file, this.attributes.permissions(look));\n',
        '    if (this.attributes.isWished) calls.setMode(file, this.attributes.permissions(look));\n',
      ),
    ],
    seekers: [],
    tests: [given],
  },
  {
    name: 'read-only-files-without-attributes',
    breaks:
      'A small file was made with permissions that kept who is not root from giving it extended attributes.',
    edits: [
      edit(
        'src/stores/disk/whole-file.ts',
        'attributes.isWished ? 0o600 :',
        'attributes.isWished ? attributes.permissions(look) & 0o700 :',
      ),
    ],
    seekers: [],
    tests: [given],
  },
  {
    name: 'content-held-back-for-names-of-attributes',
    breaks:
      'A file with an attribute whose name is no UTF-8, or with very many, was never sent, and a folder at a sink with one stopped the downloader.',
    edits: [
      edit(
        'src/stores/disk/attributes/read-attributes.ts',
        "const thrown = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EIO']);",
        "const thrown = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EIO', 'EILSEQ', 'E2BIG']);",
      ),
    ],
    seekers: [],
    tests: [read],
  },
  {
    name: 'unreadable-is-none',
    breaks: 'Attributes and ACLs that could not be read were said to be none, and removed at sinks.',
    edits: [
      edit(
        'src/stores/disk/attributes/read-attributes.ts',
        'const isThere = !(listed instanceof Error) && listed.includes(name);',
        'const isThere = listed instanceof Error && listed.message === name;',
      ),
    ],
    seekers: [],
    tests: [read],
  },
  {
    name: 'closed-folders-open-until-the-checkpoint',
    breaks: 'A folder that its source keeps closed stood open to all until the next checkpoint.',
    edits: [
      edit('src/stores/disk/told-folders.ts', '      await this.#setMode(target, mode | usable);\n', ''),
    ],
    seekers: [],
    tests: ['src/stores/disk/told-folders.test.ts'],
  },
  {
    name: 'newer-never-takes-a-mode',
    breaks:
      'With --overwrite newer a file whose permissions or attributes alone changed kept the old ones for ever: its time was no later.',
    edits: [
      edit(
        'src/files/receive/overwrite.ts',
        "return isSame || isNewer(mtime, standing) ? 'anything'",
        "return isNewer(mtime, standing) ? 'anything'",
      ),
    ],
    seekers: [],
    tests: ['test/flow/overwrite.test.ts'],
  },
  {
    name: 'links-kept-aside-as-new-ones',
    breaks: 'A symbolic link that --overwrite rename kept lost its owner and its time.',
    edits: [
      edit(
        'src/stores/disk/kept-aside.ts',
        "  if (process.platform === 'linux') {",
        "  if (process.platform === 'darwin') {",
      ),
    ],
    seekers: [],
    tests: ['src/stores/disk/kept-aside.test.ts'],
  },
  {
    name: 'full-disk-taken-for-a-full-file',
    breaks:
      'On a full disk a file came without its attributes or ACL for good, where its bytes would have waited.',
    edits: [
      edit(
        'src/stores/disk/attributes/give-attributes.ts',
        '  if (await isFull(dirname(path), error)) throw error;',
        '  if ((await isFull(dirname(path), error)) && path === error) throw error;',
      ),
    ],
    seekers: [],
    tests: ['src/stores/disk/attributes/give-attributes.test.ts'],
  },
  {
    name: 'backups-of-closed-folders-open',
    breaks: 'A file that --backup-dir kept stood in folders that all could go into, whoever could before.',
    edits: [
      edit(
        'src/stores/disk/backup-folder.ts',
        '        await mkdir(full, 0o700);\n        await likeFolder(full, like, this.#xattrs);',
        '        await mkdir(full);',
      ),
    ],
    seekers: [],
    tests: ['src/stores/disk/backup-folder.test.ts'],
  },
  {
    name: 'journal-in-shared-memory',
    breaks: 'A downloader that was started again on a full disk with blocks below 4 KiB died of SIGBUS.',
    edits: [
      edit(
        'src/stores/disk/journal-tables.ts',
        "  PRAGMA locking_mode = EXCLUSIVE;\n  PRAGMA synchronous = ${syncs ? 'NORMAL' : 'OFF'};\n",
        "  PRAGMA synchronous = ${syncs ? 'NORMAL' : 'OFF'};\n  PRAGMA locking_mode = EXCLUSIVE;\n",
      ),
    ],
    seekers: [],
    tests: ['src/stores/disk/journal.test.ts'],
  },
];
