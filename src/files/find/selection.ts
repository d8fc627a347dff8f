/** Which files of a source are sent: globs over the relative path, and names that begin with a dot. Pure. */
import type { Selection } from '../../stores/contract.ts';
import { globMatcher } from '../shared/glob.ts';

export interface SelectionOptions {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly hidden?: boolean;
}

/** True for a path that is selected, with all folders on its way. */
export function selects(selection: Selection, path: string): boolean {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    if (!selection.folder(path.slice(0, slash))) return false;
  }
  return selection.file(path);
}

/**
 * Globs as {@link globMatcher} has them. What an `exclude` matches is left out with all that is below it.
 */
export function selectionOf(options: SelectionOptions): Selection {
  const include = (options.include ?? []).map((glob) => globMatcher(glob));
  const exclude = (options.exclude ?? []).map((glob) => globMatcher(glob));
  const hidden = options.hidden ?? false;
  const wanted = (path: string): boolean =>
    (hidden || !path.slice(path.lastIndexOf('/') + 1).startsWith('.')) &&
    !exclude.some((matches) => matches(path));
  return {
    folder: wanted,
    file: (path) => wanted(path) && (include.length === 0 || include.some((matches) => matches(path))),
  };
}
