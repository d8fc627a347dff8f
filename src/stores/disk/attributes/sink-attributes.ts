/** What a sink was asked to set of owners, extended attributes and ACLs, made ready for its system. */
import { ConfigurationError } from '../../../errors.ts';
import type { Attributes } from '../../../records/attributes.ts';
import type { SinkAttributeWish } from '../../attribute-wish.ts';
import { type Database, mustHaveOwners, OwnerNames } from './owner-names.ts';
import { loadXattrs, type XattrCalls } from './xattr.ts';

/** Numbers; undefined: as it is. */
export interface OwnerIds {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export interface SinkAttributes {
  /** Whose a file is to be, of which a record says this. */
  readonly ownerOf?: (attributes: Attributes) => Promise<OwnerIds>;
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

async function owners(
  wish: string,
  names: OwnerNames,
): Promise<(attributes: Attributes) => Promise<OwnerIds>> {
  if (wish === 'number') return async ({ uid, gid }) => ({ uid, gid });
  if (wish === 'name')
    return async ({ uid, gid, user, group }) => ({
      uid: (user === undefined ? undefined : await names.idOf('passwd', user)) ?? uid,
      gid: (group === undefined ? undefined : await names.idOf('group', group)) ?? gid,
    });
  const [user = '', group = ''] = wish.split(':');
  const fixed = { uid: await idOf(names, 'passwd', user), gid: await idOf(names, 'group', group) };
  return async () => fixed;
}

async function idOf(names: OwnerNames, database: Database, written: string): Promise<number | undefined> {
  if (written === '') return undefined;
  const id =
    (await names.idOf(database, written)) ?? (/^\d{1,9}$/.test(written) ? Number(written) : undefined);
  if (id !== undefined) return id;
  const what = database === 'passwd' ? 'user' : 'group';
  throw new ConfigurationError(
    `--owner: this system has no ${what} ${JSON.stringify(written)}: make it, or give its number`,
  );
}
