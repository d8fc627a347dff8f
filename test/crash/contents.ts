/** The bytes that a plan speaks of. */
import { createCipheriv } from 'node:crypto';
import type { Content } from './plan.ts';

export function bytesOf({ seed, size, kind }: Content): Buffer {
  if (kind === 'zeros') return Buffer.alloc(size);
  if (kind === 'text') return Buffer.alloc(size, `line ${seed} of a text that compresses well\n`);
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed >>> 0, 0);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
