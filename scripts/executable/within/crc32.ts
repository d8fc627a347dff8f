/** In the place of `@node-rs/crc32`: its addon, out of the executable, or the same sum by ourselves, which is slower. */
import { loadAddon } from './addon.ts';
import { crc32c as ownCrc32c } from './crc32c.ts';

type Crc32c = (bytes: string | Uint8Array, initial?: number) => number;

let known: Crc32c | undefined;

export function crc32c(bytes: string | Uint8Array, initial?: number): number {
  known ??= find();
  return known(bytes, initial);
}

function find(): Crc32c {
  try {
    const addon = loadAddon('@node-rs/crc32') as { readonly crc32c: Crc32c } | undefined;
    if (addon !== undefined) return addon.crc32c;
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(
      `sluice: checksums take more processor time than they have to, for no folder lets their addon be loaded (${message}); TMPDIR names one\n`,
    );
  }
  return ownCrc32c;
}
