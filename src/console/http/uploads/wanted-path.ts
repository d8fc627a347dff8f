/** Under which path a dropped file is to go. Pure. */
import { pathFault } from '../../../records/path.ts';
import { isTakenName } from '../../../stores/disk/taken-name.ts';
import { ownFolder } from '../../../stores/target-name.ts';

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
  const fault = pathFault(path) ?? ownFault(path);
  return fault === undefined ? { path } : { fault: `"${given.slice(0, 300)}" cannot be sent: ${fault}` };
}

/** What no uploader looks at would wait in the spool for ever. */
function ownFault(path: string): string | undefined {
  const names = path.split('/');
  if (names[0] !== ownFolder && !isTakenName(names.at(-1) ?? '')) return undefined;
  return 'such names are for what Sluice keeps for itself';
}
