/**
 * The name under which a file stands at a sink: `<uploader>/<path>`, made fit for the sink's system. Whatever a record
 * says, the result stays inside the sink's root.
 */
import { pathFault, uploaderFault } from '../records/path.ts';

/** What a place can hold: names as they are, those of Windows, those of blobs, or those of HDFS: as they are, without colons. */
export type NameRules = 'posix' | 'windows' | 'azure' | 'hdfs';

/** The folder in which a sink keeps its own things; no file of anybody else goes in there. */
export const ownFolder = '.sluice';

export type TargetName = { readonly target: string } | { readonly refused: string };

/** Where a file belongs, or why it cannot stand anywhere. */
export function targetName(uploader: string, path: string, rules: NameRules): TargetName {
  const fault = uploaderFault(uploader) ?? pathFault(path);
  if (fault !== undefined) return { refused: fault };
  const target = `${uploader}/${path}`;
  if (rules === 'hdfs' && target.includes(':'))
    return { refused: 'the path has a colon, which HDFS does not allow in names' };
  if (rules === 'posix' || rules === 'hdfs') return { target };
  const segment = rules === 'windows' ? windowsSegment : azureSegment;
  return { target: target.split('/').map(segment).join('/') };
}

/** Devices, with any extension; Windows drops spaces before it. */
const windowsReserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i;

/**
 * Windows refuses some names that others allow. They are written with `%XX` for each character that is refused, and `%`
 * itself too, so that the original name can be had back with any URL decoder.
 */
function windowsSegment(segment: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Windows refuses them.
  let name = segment.replace(/[%\u0000-\u001f<>:"\\|?*]/g, percent);
  name = name.replace(/[. ]$/, percent);
  // A short name that Windows may have given to another file, our own folder among them.
  name = name.replace(/~(?=[0-9])/g, percent);
  if (windowsReserved.test(name)) name = percent(name[0]!) + name.slice(1);
  return name;
}

/**
 * Azure takes a backslash for a slash, drops dots at the end of a segment (`a.` would be `a`), and refuses control characters. They are written
 * as `%XX`; other names stay as they are, but for a `%` that would look like one of these.
 */
function azureSegment(segment: string): string {
  const name = segment.replace(/%(?=25|2E|5C|7F|[0189][0-9A-F])/g, percent);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Azure refuses them.
  return name.replace(/[\u0000-\u001f\u007f-\u009f\\]|\.(?=\.*$)/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** True for a name that is a folder's, or stands in it, on any file system. */
export function isBelow(folder: string, target: string): boolean {
  return `${foldedName(target)}/`.startsWith(`${foldedName(folder)}/`);
}

/** Names that a case-insensitive, normalising file system takes for one. */
export function foldedName(target: string): string {
  return target.normalize('NFC').toLowerCase().normalize('NFC');
}
