/**
 * Names as they stand in records: a path is relative to the uploader's source, UTF-8, its segments joined by `/`.
 * What a record says is not to be trusted, so that the same rules are checked when it is written and when it is read.
 */

/** Bytes of a whole path. */
export const pathLimit = 4096;
/** Bytes of one segment, as on the usual file systems. */
export const segmentLimit = 255;

/** The path of an uploader's own folder, which folders alone can have. */
export const rootPath = '.';

/** Why a path cannot stand in a record, or undefined when it can. */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'the path is empty';
  if (!path.isWellFormed()) return 'the name is not valid Unicode';
  if (path.includes('\0')) return 'the name has a NUL character';
  if (path.startsWith('/')) return 'the path is absolute';
  if (isLonger(path, pathLimit)) return `the path is longer than ${pathLimit} bytes`;
  for (const segment of path.split('/')) {
    if (segment === '') return 'the path has an empty segment';
    if (segment === '.' || segment === '..') return `the path has a "${segment}" segment`;
    if (isLonger(segment, segmentLimit)) return `a name is longer than ${segmentLimit} bytes`;
  }
  return undefined;
}

/** The same for what may be a folder of the tree, its root among them. */
export function treePathFault(path: string): string | undefined {
  return path === rootPath ? undefined : pathFault(path);
}

/** More bytes than so many; few characters need not be counted. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}

/** Why a name cannot be an uploader's, or undefined when it can: it is the first folder at every downloader. */
export function uploaderFault(name: string): string | undefined {
  const fault = pathFault(name);
  if (fault !== undefined) return fault.replace('the path', 'the name');
  if (name.includes('/')) return 'the name has a "/"';
  if (name.startsWith('.')) return 'the name begins with a dot';
  if (Buffer.byteLength(name) > 128) return 'the name is longer than 128 bytes';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'the name has a control character';
  return undefined;
}
