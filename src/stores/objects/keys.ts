/** Keys of a bucket as paths below a prefix, and which of them are none. Pure. */
import { pathFault } from '../../records/path.ts';
import type { Unsendable } from '../contract.ts';
import { ownFolder } from '../target-name.ts';

/** The path of a key below `prefix`; why it is none; or undefined where there is nothing to send, nor to tell. */
export function pathOfKey(prefix: string, key: string, size: number): string | Unsendable | undefined {
  if (!key.startsWith(prefix))
    return { path: key, reason: `the server lists it, though it is not below ${prefix}` };
  const path = key.slice(prefix.length);
  // What stands for a folder, as consoles and file systems over buckets make them.
  if (size === 0 && (path === '' || path.endsWith('/'))) return undefined;
  if (path === ownFolder || path.startsWith(`${ownFolder}/`)) return undefined;
  const reason = keyFault(path);
  return reason === undefined ? path : { path: path === '' ? key : path, reason };
}

function keyFault(path: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'the key has a control character';
  if (path.endsWith('/')) return 'the key ends with a slash, though its object is no folder: it has bytes';
  return pathFault(path)?.replace('the path', 'the key').replace('is absolute', 'begins with a slash');
}
