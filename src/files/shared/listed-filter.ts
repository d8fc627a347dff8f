/** Which of the versions on a topic are listed. Pure. */
import { globMatcher } from './glob.ts';
import type { ListedFile, ListOptions } from './reading-options.ts';

export interface ListedFilter {
  /** False: nothing of this uploader and path is listed, whatever else is known of it. An empty path: of a pack without its key. */
  readonly names: (uploader: string, path: string) => boolean;
  /** The same where it is known that no name is hidden behind the path: whatever it looks like, it is one itself. */
  readonly plainNames: (uploader: string, path: string) => boolean;
  readonly file: (file: ListedFile) => boolean;
}

/** What stands in the place of an encrypted name. */
const hash = /^[0-9a-f]{64}$/;

/** Throws ConfigurationError for an empty glob. What a hash hides matches every glob: nobody knows that it does not. */
export function listedFilter(options: ListOptions): ListedFilter {
  const { uploader: wanted, state = [], since = -Infinity, until = Infinity } = options;
  const { larger = 0, smaller = Infinity } = options;
  const include = (options.include ?? []).map((glob) => globMatcher(glob));
  const exclude = (options.exclude ?? []).map((glob) => globMatcher(glob, 'exclude'));
  const matches = (path: string): boolean => {
    if (include.length > 0 && !include.some((one) => one(path))) return false;
    return exclude.length === 0 || !foldersOf(path).some((folder) => exclude.some((one) => one(folder)));
  };
  const isOf = (uploader: string): boolean => wanted === undefined || uploader === wanted;
  const plainNames = (uploader: string, path: string): boolean => isOf(uploader) && matches(path);
  return {
    plainNames,
    names: (uploader, path) => isOf(uploader) && (path === '' || hash.test(path) || matches(path)),
    file: (file) => {
      const { uploader, path, locked, size, sentAt } = file;
      if (!(locked && hash.test(path) ? isOf(uploader) : plainNames(uploader, path))) return false;
      if (sentAt < since || sentAt > until) return false;
      if (!(locked && size === 0) && (size < larger || size > smaller)) return false;
      return state.length === 0 || state.some((word) => (word === 'locked' ? locked : word === file.state));
    },
  };
}

/** `a/b/c` -> `a`, `a/b`, `a/b/c`: a glob leaves out whole folders. */
function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
