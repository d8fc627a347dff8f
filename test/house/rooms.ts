/** The rooms of a folder that is too large for one, and which of them may import which. Pure. */
import { posix } from 'node:path';
import type { SourceFacts } from './source.ts';

/** The rooms of `src/files`, uppermost first: a file may import from its own room and from those below it. Faces stand above all. */
export const rooms: readonly string[] = [
  'run',
  'find',
  'send',
  'receive',
  'state',
  'incoming',
  'hashing',
  'shared',
];

/** -1: a face; undefined: not in `src/files`, or in a room that nobody knows. */
function roomOf(path: string): number | undefined {
  const match = /^src\/files\/(?:([^/]+)\/)?[^/]+$/.exec(path);
  if (match === null) return undefined;
  const room = match[1];
  return room === undefined ? -1 : rooms.includes(room) ? rooms.indexOf(room) : undefined;
}

/** Imports within `src/files` that lead upwards, and files in rooms that are not listed. */
export function wrongRooms(files: readonly SourceFacts[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('src/files/'))
    .flatMap(({ path, imports }) => {
      const from = roomOf(path);
      if (from === undefined) return [`${path} stands in a room that is not listed`];
      return imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(path), specifier))
        .filter((target) => target.startsWith('src/files/') && (roomOf(target) ?? from) < from)
        .map((target) => `${path} must not import ${target}`);
    });
}
