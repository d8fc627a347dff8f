/**
 * The flags of owners, extended attributes and ACLs. `--owner` is a switch of uploaders and a choice of downloaders; in a file or a variable that both read, either
 * word is right: a choice switches it on, and what is on goes by name.
 */
import { z } from 'zod';
import { optional, toggle } from './flags.ts';

/** How a downloader can be told whose files are. */
const ways = ['name', 'number', 'USER:GROUP'] as const;

/** Words that a switch has, as they are written in files. */
const [on, off] = [
  ['true', 'yes', 'on', '1'],
  ['false', 'no', 'off', '0'],
];

function isWay(word: string): boolean {
  if (word === 'name' || word === 'number') return true;
  const [user, group, more] = word.split(':');
  return (
    group !== undefined &&
    more === undefined &&
    `${user}${group}` !== '' &&
    [user, group].every((name) => name === name?.trim())
  );
}

const sourceOwner = z.union([
  z.boolean(),
  z
    .string()
    .refine(isWay)
    .transform(() => true),
]);

/** `off`: as if it were not there. */
const sinkOwner = z
  .string()
  .transform((word) =>
    on.includes(word.toLowerCase()) ? 'name' : off.includes(word.toLowerCase()) ? '' : word,
  )
  .refine((word) => word === '' || isWay(word), { error: `is none of ${ways.join(', ')}` })
  .transform((word) => (word === '' ? undefined : word));

export const sourceAttributeFlags = {
  owner: {
    ...toggle('owner', 'owner and group go with each file, folder and link, by number and name'),
    schema: sourceOwner,
  },
  xattrs: toggle(
    'xattrs',
    'extended attributes go along, as far as their names begin with user. and there is room (Linux)',
  ),
  acls: toggle('acls', 'POSIX ACLs of files and folders go along (Linux)'),
} as const;

export const sinkAttributeFlags = {
  owner: optional(
    'owner',
    'HOW',
    sinkOwner,
    `whose files, folders and links are, as records say it: name (by number, where the name is not known here) or number; or USER:GROUP for all, of which either may be left out`,
    'whoever runs this',
  ),
  xattrs: toggle(
    'xattrs',
    'set extended attributes whose names begin with user., as records say them (Linux)',
  ),
  acls: toggle('acls', 'set POSIX ACLs of files and folders, as records say them (Linux)'),
  specialBits: toggle(
    'special-bits',
    'set set-user-ID, set-group-ID and sticky bits too: whoever uploads may have programs run as others here then',
  ),
} as const;
