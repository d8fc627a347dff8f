/** What records have room for of a file's attributes. Pure. */
import { type Attributes, attributesLimit, attributesText } from '../../records/attributes.ts';
import type { FileFacts } from '../../records/file-facts.ts';
import { traceOf } from '../../tracing/of-files.ts';

/** Attributes may take so much of a record: a quarter. */
const share = 4;

export interface FittedAttributes {
  readonly attributes: Attributes;
  /** Names of attributes for which there is no room, or that no record can say. */
  readonly left: readonly string[];
}

/** Owner first, then ACLs, then extended attributes by their names, as long as there is room: those behind one that is too long are tried too. */
export function fitAttributes(found: Attributes, recordLimit: number): FittedAttributes {
  const most = Math.min(attributesLimit, Math.floor(recordLimit / share));
  const left: string[] = [];
  let attributes: Attributes = {};
  const add = (more: Attributes, name: string): void => {
    const wider = { ...attributes, ...more };
    if (fits(wider, most)) attributes = wider;
    else left.push(name);
  };
  const { uid, gid, user, group, xattrs, acl, defaultAcl } = found;
  if (uid !== undefined && gid !== undefined) add({ uid, gid }, 'owner');
  if (user !== undefined) add({ user }, 'name of the user');
  if (group !== undefined) add({ group }, 'name of the group');
  if (acl !== undefined) add({ acl }, 'ACL');
  if (defaultAcl !== undefined) add({ defaultAcl }, 'default ACL');
  if (xattrs === undefined) return { attributes, left };
  add({ xattrs: {} }, 'extended attributes');
  for (const [name, value] of Object.entries(xattrs))
    add({ xattrs: { ...attributes.xattrs, [name]: value } }, name);
  return { attributes, left };
}

function fits(attributes: Attributes, most: number): boolean {
  try {
    return Buffer.byteLength(attributesText(attributes)) <= most;
  } catch {
    return false;
  }
}

/** What records say of a file's attributes, and of its trace, as fields of theirs. */
export function saidOf(file: {
  readonly attributes?: Attributes;
}): Pick<FileFacts, 'attributes' | 'traceparent'> {
  const { attributes } = file;
  const traceparent = traceOf(file)?.traceparent;
  return {
    ...(attributes === undefined ? {} : { attributes }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
