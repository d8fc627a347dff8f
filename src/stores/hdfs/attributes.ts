/** What a file says of itself, in one extended attribute: a request each would be asked for seven. Pure. */
import type { Metadata } from '../objects/contract.ts';

/** As `hdfs dfs -getfattr -n user.sluice` shows it: JSON. */
export const attributeName = 'user.sluice';

interface Content {
  /** Milliseconds: the modification time that the file had then. With another one it was written to since, and says nothing. */
  readonly at: number;
  readonly metadata: Metadata;
}

/** As WebHDFS takes it: base64 behind `0s`. */
export function attributeValue(metadata: Metadata, modificationTime: number): string {
  const content: Content = { at: modificationTime, metadata };
  return `0s${Buffer.from(JSON.stringify(content)).toString('base64')}`;
}

/** Nothing, of a file that was written to since, and of one of somebody else. */
export function metadataOfAttribute(value: string | undefined, modificationTime: number): Metadata {
  if (value?.startsWith('0s') !== true) return {};
  try {
    const { at, metadata } = JSON.parse(Buffer.from(value.slice(2), 'base64').toString()) as Content;
    return at === modificationTime ? metadata : {};
  } catch {
    return {};
  }
}

/** Milliseconds of `mtime` (seconds with a fraction), and permission bits in octal; undefined for times that HDFS does not have. */
export function lookOfMetadata({ mtime, mode }: Metadata): {
  readonly modificationTime: number | undefined;
  readonly permission: string | undefined;
} {
  const [seconds = '', fraction = ''] = mtime?.split('.') ?? [];
  const time =
    mtime === undefined ? -1 : Number(seconds) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  return {
    modificationTime: time >= 0 && !mtime?.startsWith('-') ? time : undefined,
    permission: mode === undefined ? undefined : (Number.parseInt(mode, 8) & 0o777).toString(8),
  };
}
