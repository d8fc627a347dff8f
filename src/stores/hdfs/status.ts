/** What a namenode says of a file or a folder. Pure. */
import type { ObjectFacts } from '../objects/contract.ts';

/** `FileStatus` of WebHDFS, as far as it is used. */
export interface FileStatus {
  /** Its name in the folder that was listed; empty when it was asked about itself. */
  readonly pathSuffix: string;
  readonly type: 'FILE' | 'DIRECTORY' | 'SYMLINK';
  readonly length: number;
  /** Milliseconds since the epoch. */
  readonly modificationTime: number;
  /** Octal. */
  readonly permission: string;
  readonly blockSize: number;
  /** Of the namenode's own, never given to another file; gateways may not say it. */
  readonly fileId?: number;
}

/** Tells a file from every other one, and from itself before it was appended to. */
export function tagOf({ fileId = 0, modificationTime, length }: FileStatus): string {
  return `${fileId}-${modificationTime}-${length}`;
}

export function factsOf(status: FileStatus): ObjectFacts {
  const { length, modificationTime, permission } = status;
  const mode = Number.parseInt(permission, 8) & 0o7777;
  return {
    size: length,
    tag: tagOf(status),
    written: modificationTime,
    kept: { mtime: String(BigInt(modificationTime) * 1_000_000n), mode },
  };
}
