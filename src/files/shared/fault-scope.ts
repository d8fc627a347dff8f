/**
 * Whom an error of a store concerns. One name that cannot be written is set aside and all others go on; a disk that cannot
 * be written is waited for. Pure: the system's code says most, and a {@link Sink.check} the rest, for what refuses one name
 * (`EACCES` of a folder that belongs to somebody else) may as well refuse all.
 */
import { constants } from 'node:os';
import { StoreFault } from '../../stores/store-fault.ts';

export type FaultScope =
  /** One name, or one file: waiting does not mend it, and others can be written. To be believed once a check has passed. */
  | 'name'
  /** No room: what is written waits until there is. */
  | 'space'
  /** Too much is open in this process, or on this machine: with less at a time it works. */
  | 'limit'
  /** What was written may be lost, and asking again proves nothing. */
  | 'durability'
  /** Everything: the disk is away, or broken. */
  | 'sink';

const ofName = new Set([
  'EACCES',
  'EBUSY',
  'EEXIST',
  'EFBIG',
  'EILSEQ',
  'EINVAL',
  'EISDIR',
  'ELOOP',
  'EMLINK',
  'ENAMETOOLONG',
  // Some file systems say so of names that they do not have; where the whole sink is gone, the check says it too.
  'ENOENT',
  'ENOSYS',
  'ENOTDIR',
  'ENOTEMPTY',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EOVERFLOW',
  'EPERM',
  'EROFS',
  'ETXTBSY',
  'EXDEV',
]);
const ofSpace = new Set(['ENOSPC', 'EDQUOT']);
const ofLimit = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);
/** Calls that make entries of folders and write no bytes: where they find no room, a folder may be full instead of the disk. */
const ofEntries = new Set(['rename', 'mkdir', 'link']);
/** After one of them failed, the system has forgotten what it could not write. A network's disk tells of it at the closing. */
const ofDurability = new Set(['fsync', 'fdatasync', 'close']);

/** Undefined for what is no error of the system, nor a fault of a store. */
export function faultScope(error: unknown): FaultScope | undefined {
  if (error instanceof StoreFault) return error.scope;
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || !(code in constants.errno)) return undefined;
  if (syscall !== undefined && ofDurability.has(syscall)) return 'durability';
  if (ofName.has(code)) return 'name';
  if (ofSpace.has(code)) return syscall !== undefined && ofEntries.has(syscall) ? 'name' : 'space';
  return ofLimit.has(code) ? 'limit' : 'sink';
}
