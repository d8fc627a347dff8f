/** `--watch-key`: the key that tokens to watch are signed with, of the server and of whoever makes tokens. */
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../../errors.ts';
import { optional } from '../flags.ts';
import { text } from '../values.ts';

export const watchKeyFlag = optional(
  'watch-key',
  'FILE|KEY',
  text,
  'only who has a token may watch: the file with the key that tokens are signed with; the key itself is better in SLUICE_WATCH_KEY',
  'everybody may',
);

/** Shorter ones could be found by trying. */
const shortest = 16;

/** The key: what stands in the file of that name if there is one, else the text itself. Throws ConfigurationError. */
export function watchKeyOf(written: string | undefined): Promise<string | undefined> {
  return keyOf(written, '--watch-key');
}

/** The same of the key that another flag gives. */
export async function keyOf(written: string | undefined, flag: string): Promise<string | undefined> {
  if (written === undefined) return undefined;
  const key = await readFile(written, 'utf8').then(
    (content) => content.trim(),
    (error: NodeJS.ErrnoException) => {
      // Its name may be the key: it is not to be repeated.
      if (error.code === 'ENOENT' || error.code === 'ENAMETOOLONG') return written;
      throw new ConfigurationError(`${flag}: the file cannot be read (${error.code})`);
    },
  );
  if (key.length < shortest) {
    throw new ConfigurationError(
      `${flag}: neither a file, nor a key of ${shortest} characters or more; make one by: openssl rand -hex 32 > ${flag.slice(2, -4)}.key`,
    );
  }
  return key;
}
