/** Making test files: random bytes that no compression and no duplicate finder can shorten. */
import { randomBytes, randomFillSync } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ConfigurationError } from '../errors.ts';
import { makeFolders } from '../folder.ts';

export interface GenerateOptions {
  /** The directory to write into; made when missing. */
  readonly folder: string;
  /** Bytes of each file. */
  readonly size: number;
  /** Milliseconds from the beginning of one file to the beginning of the next; absent: one file only. */
  readonly interval?: number;
  /** Ends the making; a file that is half written is removed. */
  readonly signal?: AbortSignal;
}

/** A file that stands there now. */
export interface GeneratedFile {
  readonly name: string;
  readonly size: number;
}

const blockSize = 1024 * 1024;

/**
 * Writes files and yields each when it stands under its name; until then its name begins with a dot, so that no
 * uploader takes it. Rejects with ConfigurationError when the folder cannot be written.
 */
export async function* generateFiles(options: GenerateOptions): AsyncGenerator<GeneratedFile> {
  const { folder, size, interval, signal } = options;
  await makeFolders(folder).catch((cause: unknown) => {
    throw new ConfigurationError(`cannot make the folder ${folder} for generated files`, { cause });
  });
  for (let count = 1; signal?.aborted !== true; count += 1) {
    const begun = performance.now();
    const name = `generated-${new Date().toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}-${count}-${randomBytes(3).toString('hex')}.bin`;
    if (!(await writeFile(folder, name, size, signal))) return;
    yield { name, size };
    if (interval === undefined) return;
    const left = interval - (performance.now() - begun);
    await wait(Math.max(0, left), undefined, { ...(signal === undefined ? {} : { signal }) }).catch(() => {});
  }
}

/** True when the file stands under its name, false when `signal` came before. */
async function writeFile(
  folder: string,
  name: string,
  size: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const temporary = join(folder, `.${name}.partial`);
  const file = await open(temporary, 'wx').catch((cause: unknown) => {
    throw new ConfigurationError(`cannot write generated files into ${folder}`, { cause });
  });
  try {
    const block = Buffer.allocUnsafe(Math.min(blockSize, size));
    for (let written = 0; written < size && signal?.aborted !== true; ) {
      const piece = block.subarray(0, Math.min(block.length, size - written));
      await file.writeFile(randomFillSync(piece));
      written += piece.length;
    }
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await file.close();
  if (signal?.aborted === true) {
    await rm(temporary, { force: true });
    return false;
  }
  await rename(temporary, join(folder, name));
  return true;
}
