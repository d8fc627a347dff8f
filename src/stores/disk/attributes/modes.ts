/** Which of the permissions that a record says a file or folder gets. Pure. */
import type { Attributes } from '../../../records/attributes.ts';
import { groupRights } from './acl.ts';
import type { OwnerIds } from './sink-attributes.ts';

/** Those that make a program run as its owner, or as its group. */
const [setUser, setGroup] = [0o4000, 0o2000];
const programs = setUser | setGroup;

export function runsAsAnother(mode: number): boolean {
  return (mode & programs) !== 0;
}

/**
 * Of a file that belongs to `found`: it runs as its owner, or as its group, where that is whom it was given to, or whom it had at its source. Else
 * one user's program would run as another one, as `root` at worst; POSIX has `cp -p` and `pax` leave the bits out then.
 */
export function withoutStrangers(
  mode: number,
  found: { readonly uid: bigint; readonly gid: bigint },
  wanted: OwnerIds,
  { uid: user, gid: group }: Attributes = {},
): number {
  const { uid = user, gid = group } = wanted;
  const isOf = (id: number | undefined, there: bigint): boolean => id !== undefined && BigInt(id) === there;
  const left = (isOf(uid, found.uid) ? 0 : setUser) | (isOf(gid, found.gid) ? 0 : setGroup);
  return mode & ~left;
}

/**
 * What a mode is without the ACL that it was read with: where there is one, the group's three bits are its mask, the most that any user or group in it
 * may, and not what the group may.
 */
export function withoutAcl(mode: number, { acl = '' }: Attributes = {}): number {
  if (acl === '') return mode;
  const rights = groupRights(Buffer.from(acl, 'base64'));
  return rights === undefined ? mode : mode & ~(0o070 & ~(rights << 3));
}
