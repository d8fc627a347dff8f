/** What an object says of the file that it holds, by rclone's names where it has one. Pure. */
import type { FileLook, Published } from '../../contract.ts';
import type { Metadata } from '../contract.ts';
import { keptLook } from '../looks.ts';

/** A store whose names may not have dashes has others for them. */
const names = {
  mtime: 'mtime',
  mode: 'mode',
  md5: 'md5chksum',
  upload: 'sluice-upload',
  uploader: 'sluice-uploader',
  digest: 'sluice-digest',
  size: 'sluice-size',
  member: 'sluice-member',
} as const;

/** Of an upload whose closing record has not come. */
export function metadataOf(target: string, upload: string): Metadata {
  // Headers are ASCII.
  return { [names.upload]: upload, [names.uploader]: encodeURIComponent(target.split('/', 1)[0]!) };
}

/** Of a file that is verified. */
export function fullMetadata(
  target: string,
  { mtime, mode }: FileLook,
  { upload, digest, size }: Published,
): Metadata {
  return {
    ...metadataOf(target, upload),
    [names.digest]: digest,
    [names.size]: String(size),
    [names.mtime]: secondsText(mtime),
    // As rclone writes it: octal, with the type of a regular file.
    [names.mode]: (0o100000 | (mode & 0o777)).toString(8),
    ...md5Of(digest),
  };
}

/** The same for what stood there already, whose times are its own. */
export function withPublished(metadata: Metadata, target: string, published: Published): Metadata {
  const { upload, digest, size } = published;
  return { ...metadata, ...metadataOf(target, upload), [names.digest]: digest, [names.size]: String(size) };
}

/** The upload that an object is of; undefined where it is of nobody's we know. */
export function uploadOf(metadata: Metadata): string | undefined {
  return metadata[names.upload];
}

/** What the objects of a group's member say besides: which process has put them in place. */
export function ofMember(member: string): Metadata {
  return { [names.member]: member };
}

/** Of which member of a group an object is; undefined where it is of none. */
export function memberOf(metadata: Metadata): string | undefined {
  return metadata[names.member];
}

/** What stands there, where the object says all of it. `size`: its bytes. */
export function publishedOf(metadata: Metadata, size: number): Published | undefined {
  const { [names.upload]: upload, [names.digest]: digest, [names.size]: said } = metadata;
  if (upload === undefined || digest === undefined || said !== String(size)) return undefined;
  return { upload, digest, size };
}

/**
 * When the file was last modified, nanoseconds since the epoch: as the object says, or else when it was `written` (milliseconds). Empty where
 * nobody says it.
 */
export function timeOf(metadata: Metadata, written: number | undefined): string {
  return keptLook(metadata)?.mtime ?? (written === undefined ? '' : `${Math.trunc(written)}000000`);
}

/** Nanoseconds since the epoch as seconds with as many digits behind the point as there are. */
export function secondsText(nanoseconds: string): string {
  const value = BigInt(nanoseconds);
  const [sign, whole] = value < 0n ? ['-', -value] : ['', value];
  const fraction = String(whole % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${sign}${whole / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}

/** What rclone looks for where an object's ETag is none of its bytes. */
function md5Of(digest: string): Metadata {
  if (!digest.startsWith('md5:')) return {};
  return { [names.md5]: Buffer.from(digest.slice(4), 'hex').toString('base64') };
}
