/** What a process did to files below a folder, in order, as `shim.c` wrote it down. */
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { relative, sep } from 'node:path';

type Of<Kind extends string, Facts> = Kind extends Kind ? { readonly kind: Kind } & Readonly<Facts> : never;

/** One call that succeeded. Paths are relative to the folder, with `/`; `''` is the folder itself. */
export type DiskCall =
  | Of<'create' | 'mkdir', { inode: string; path: string }>
  | Of<'write', { inode: string; position: number; bytes: Buffer }>
  | Of<'truncate', { inode: string; size: number }>
  /** A file or folder made durable: of what stands in the log before the entry of number `upto`. */
  | Of<'flush', { inode: string; upto: number }>
  | Of<'rename' | 'link', { from: string; to: string }>
  | Of<'unlink' | 'rmdir', { path: string }>;

const headLength = 48;
const kinds = [
  '',
  'create',
  'mkdir',
  'write',
  'truncate',
  'flush',
  'rename',
  'unlink',
  'rmdir',
  'link',
] as const;

/** Reads a log whole; the bytes of its writes are views of it. Throws where it is none. */
export function readDiskLog(file: string, root: string): DiskCall[] {
  if (endianness() !== 'LE') throw new Error('the log is read as little-endian');
  const log = readFileSync(file);
  const calls: DiskCall[] = [];
  for (let at = 0; at < log.length; ) {
    const number = (offset: number): number => Number(log.readBigUInt64LE(at + offset));
    const kind = kinds[log.readUInt32LE(at)];
    const [first, second] = [log.readUInt32LE(at + 4), log.readUInt32LE(at + 8)];
    const inode = log.readBigUInt64LE(at + 16).toString();
    const [position, length, upto] = [number(24), number(32), number(40)];
    let end = at + headLength;
    const take = (bytes: number): Buffer => {
      end += bytes;
      return log.subarray(end - bytes, end);
    };
    const path = (bytes: number): string => relative(root, take(bytes).toString()).split(sep).join('/');
    const [from, to] = [path(first), second === 0 ? '' : path(second)];
    const bytes = take(length);
    if (kind === 'create' || kind === 'mkdir') calls.push({ kind, inode, path: from });
    else if (kind === 'write') calls.push({ kind, inode, position, bytes });
    else if (kind === 'truncate') calls.push({ kind, inode, size: position });
    else if (kind === 'flush') calls.push({ kind, inode, upto });
    else if (kind === 'rename' || kind === 'link') calls.push({ kind, from, to });
    else if (kind === 'unlink' || kind === 'rmdir') calls.push({ kind, path: from });
    else throw new Error(`${file} holds no entry at byte ${at}`);
    at = end;
  }
  return calls;
}
