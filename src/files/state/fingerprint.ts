/** What is remembered of how a file looked when it was accepted, and whether its mode or its attributes are others since. Pure. */
import { createHash } from 'node:crypto';
import type { Attributes } from '../../records/attributes.ts';
import { modeText } from '../../records/file-facts.ts';
import type { Fingerprint } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import type { Encryption } from '../shared/encryption.ts';

type Marks = Pick<Fingerprint, 'owner' | 'xattrs' | 'acls'>;

/** Where files are encrypted and their names are not, `T.state` stands in clear: of permissions and attributes it says nothing then. */
function saysNothing(encryption: Pick<Encryption, 'names'> | undefined): boolean {
  return encryption !== undefined && !encryption.names;
}

export function fingerprintOf(
  file: SourceFile,
  encryption: Pick<Encryption, 'names'> | undefined,
): Fingerprint {
  const look = { size: file.size, mtime: file.mtime, ctime: file.ctime, inode: file.inode };
  if (saysNothing(encryption)) return look;
  return { ...look, mode: modeText(file.mode), ...marksOfFile(file) };
}

/** The same of what is no file, of which the mode needs not be known: it is not compared by its content. */
export function otherFingerprintOf(
  file: SourceFile,
  encryption: Pick<Encryption, 'names'> | undefined,
): Fingerprint {
  const { mode: _, ...look } = fingerprintOf(file, encryption);
  return look;
}

/** What is remembered of attributes that a record says. */
export function marksOf({ uid, gid, xattrs, acl, defaultAcl = '' }: Attributes = {}): Marks {
  const sorted = xattrs && Object.entries(xattrs).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    ...(uid === undefined || gid === undefined ? {} : { owner: `${uid}:${gid}` }),
    ...(sorted && { xattrs: sorted.length === 0 ? '0' : hashOf(JSON.stringify(sorted)) }),
    ...(acl === undefined
      ? {}
      : { acls: acl + defaultAcl === '' ? '0' : hashOf(JSON.stringify([acl, defaultAcl])) }),
  };
}

/** Of each kind that was wished for, also where there was no room for it in a record. */
function marksOfFile({ gives, owner, attributes }: SourceFile): Marks {
  if (gives === undefined) return {};
  const { xattrs = '0', acls = '0' } = marksOf(attributes);
  return {
    ...(gives.owner && owner !== undefined ? { owner } : {}),
    ...(gives.xattrs ? { xattrs } : {}),
    ...(gives.acls ? { acls } : {}),
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** True where the mode is known to be another: earlier releases did not remember it. Attributes that are not remembered were not sent. */
export function hasOtherLook(file: SourceFile, fingerprint: Fingerprint): boolean {
  const { mode } = fingerprint;
  if (mode !== undefined && mode !== modeText(file.mode)) return true;
  const marks = Object.entries(marksOfFile(file)) as [keyof Marks, string][];
  return marks.some(([kind, mark]) => fingerprint[kind] !== mark);
}

/** True of a file that was sent without what is to go with it now: a wish that is new. */
export function lacksAttributes(
  { gives, owner }: SourceFile,
  fingerprint: Fingerprint,
  encryption: Pick<Encryption, 'names'> | undefined,
): boolean {
  if (gives === undefined || saysNothing(encryption)) return false;
  const isOther = gives.owner && fingerprint.owner !== owner;
  const { xattrs, acls } = fingerprint;
  return isOther || (gives.xattrs && xattrs === undefined) || (gives.acls && acls === undefined);
}
