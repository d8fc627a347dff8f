/** What a sink was asked to set of owners, extended attributes and ACLs, made ready for its system. */
import { ConfigurationError } from '../../../errors.ts';
import { type Attributes, largestId } from '../../../records/attributes.ts';
import type { SinkAttributeWish } from '../../attribute-wish.ts';
import { type Database, mustHaveOwners, OwnerNames } from './owner-names.ts';
import { loadXattrs, type XattrCalls } from './xattr.ts';

/** Numbers; undefined: as it is. */
export interface OwnerIds {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** At once where that is known. */
export type OwnerOf = (attributes: Attributes) => Promise<OwnerIds> | OwnerIds;

export interface SinkAttributes {
  /** Whose a file is to be, of which a record says this. */
  readonly ownerOf?: OwnerOf;
  /** All files are to be one's, and folders that are made for them. */
  readonly isOneOwner: boolean;
  /** Where attributes or ACLs are to be set. */
  readonly calls?: XattrCalls;
  readonly xattrs: boolean;
  readonly acls: boolean;
  readonly specialBits: boolean;
}

export const noAttributes: SinkAttributes = {
  isOneOwner: false,
  xattrs: false,
  acls: false,
  specialBits: false,
};

/** Throws ConfigurationError where the system has none of what is wished for, no package for it, or no such user or group. */
export async function sinkAttributes(
  { owner, xattrs = false, acls = false, specialBits = false }: SinkAttributeWish,
  names: OwnerNames = new OwnerNames(),
): Promise<SinkAttributes> {
  if (owner !== undefined) mustHaveOwners();
  const needs = [...(xattrs ? ['--xattrs'] : []), ...(acls ? ['--acls'] : [])].join(' and ');
  return {
    isOneOwner: owner?.includes(':') === true,
    ...(owner === undefined ? {} : { ownerOf: await owners(owner, names) }),
    ...(needs === '' ? {} : { calls: await loadXattrs(needs) }),
    ...{ xattrs, acls, specialBits },
  };
}

async function owners(wish: string, names: OwnerNames): Promise<OwnerOf> {
  if (wish === 'number') return ({ uid, gid }) => ({ uid, gid });
  if (wish === 'name') return byName(names);
  const [user = '', group = ''] = wish.split(':');
  const fixed = { uid: await idOf(names, 'passwd', user), gid: await idOf(names, 'group', group) };
  return () => fixed;
}

function byName(names: OwnerNames): OwnerOf {
  const ask = async ({ uid, gid, user, group }: Attributes): Promise<OwnerIds> => ({
    uid: (user === undefined ? undefined : await names.idOf('passwd', user)) ?? uid,
    gid: (group === undefined ? undefined : await names.idOf('group', group)) ?? gid,
  });
  return (attributes) => {
    const { uid, gid, user, group } = attributes;
    const [known, knownGroup] = [
      user === undefined ? { id: uid } : names.answered('passwd', user),
      group === undefined ? { id: gid } : names.answered('group', group),
    ];
    if (known === undefined || knownGroup === undefined) return ask(attributes);
    return { uid: known.id ?? uid, gid: knownGroup.id ?? gid };
  };
}

async function idOf(names: OwnerNames, database: Database, written: string): Promise<number | undefined> {
  if (written === '') return undefined;
  const id = (await names.idOf(database, written)) ?? numberOf(written);
  if (id !== undefined) return id;
  const what = database === 'passwd' ? 'user' : 'group';
  throw new ConfigurationError(
    `--owner: this system has no ${what} ${JSON.stringify(written)}: make it, or give its number`,
  );
}

/** Directories give numbers of ten digits. */
function numberOf(written: string): number | undefined {
  const number = /^\d{1,10}$/.test(written) ? Number(written) : undefined;
  return number === undefined || number > largestId ? undefined : number;
}
