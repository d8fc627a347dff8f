/** The flags of whoever reads what may be encrypted. */
import { optional, repeated } from './flags.ts';
import { path } from './values.ts';

export const keyFlags = {
  identity: repeated(
    'identity',
    'FILE',
    'decrypt with the keys in this file, as age-keygen writes it; may be repeated',
  ),
  passphraseFile: optional(
    'passphrase-file',
    'FILE',
    path,
    'the same, with the passphrase in the first line of this file',
  ),
} as const;
