/** Files that tests send, and independent judges of what arrived: `diff` and `md5sum`. */
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runCommand } from './process.ts';

const blockSize = 4 * 1024 * 1024;

/** Writes a file of random bytes, with the folders on the way to it. */
export async function writeRandomFile(file: string, size: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'w');
  try {
    const block = Buffer.allocUnsafe(Math.min(blockSize, Math.max(1, size)));
    for (let at = 0; at < size; ) {
      const piece = randomFillSync(block.subarray(0, Math.min(block.length, size - at)));
      at += (await handle.write(piece)).bytesWritten;
    }
  } finally {
    await handle.close();
  }
}

/** MD5 of a file, by Node's own hash. */
export async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

/** What `diff -r` says of two folders, apart from `.sluice`; empty when they are alike. */
export async function differences(left: string, right: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand('diff', ['-r', '--exclude=.sluice', left, right]);
  if (code === 0) return '';
  return stdout + stderr;
}
