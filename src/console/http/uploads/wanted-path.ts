/** Under which path a dropped file is to go. Pure. */
import { pathFault } from '../../../records/path.ts';

/**
 * By the metadata of tus: `relativePath` where a folder was dropped, else `filename`. Gives the path, or why there is none, by the rules of
 * records: names that would lead out of a folder are none.
 */
export function wantedPath(
  metadata: Readonly<Record<string, string | null>> | undefined,
): { readonly path: string } | { readonly fault: string } {
  const given = metadata?.relativePath || metadata?.filename || metadata?.name;
  if (given === undefined || given === null)
    return { fault: 'the file has no name: send it as filename, or relativePath, in Upload-Metadata' };
  // Browsers write the paths of dropped folders with a slash before them.
  const path = given.replace(/^\/+/, '');
  const fault = pathFault(path);
  return fault === undefined ? { path } : { fault: `"${given.slice(0, 300)}" cannot be sent: ${fault}` };
}
