/** What is remembered of how a file looked when it was accepted, and whether its mode is another since. Pure. */
import { modeText } from '../../records/file-facts.ts';
import type { Fingerprint } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import type { Encryption } from '../shared/encryption.ts';

/** Where files are encrypted and their names are not, `T.state` stands in clear: of permissions it says nothing then. */
export function fingerprintOf(
  { size, mtime, ctime, inode, mode }: SourceFile,
  encryption: Pick<Encryption, 'names'> | undefined,
): Fingerprint {
  const look = { size, mtime, ctime, inode };
  return encryption !== undefined && !encryption.names ? look : { ...look, mode: modeText(mode) };
}

/** True where the mode is known to be another: earlier releases did not remember it. */
export function hasOtherMode(file: SourceFile, { mode }: Fingerprint): boolean {
  return mode !== undefined && mode !== modeText(file.mode);
}
