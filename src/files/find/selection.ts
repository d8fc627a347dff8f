/** Which files of a source are sent: globs over the relative path, and names that begin with a dot. Pure. */
import picomatch from 'picomatch';
import { ConfigurationError } from '../../errors.ts';
import type { Selection } from '../../stores/contract.ts';

export interface SelectionOptions {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly hidden?: boolean;
}

/**
 * A glob without a slash matches the name in any folder (`*.jpg`), one with a slash the whole relative path
 * (`photos/**`). What an `exclude` matches is left out with all that is below it.
 */
export function selectionOf(options: SelectionOptions): Selection {
  const include = (options.include ?? []).map(matcher);
  const exclude = (options.exclude ?? []).map(matcher);
  const hidden = options.hidden ?? false;
  const wanted = (path: string): boolean =>
    (hidden || !path.slice(path.lastIndexOf('/') + 1).startsWith('.')) &&
    !exclude.some((matches) => matches(path));
  return {
    folder: wanted,
    file: (path) => wanted(path) && (include.length === 0 || include.some((matches) => matches(path))),
  };
}

function matcher(glob: string): (path: string) => boolean {
  if (glob === '')
    throw new ConfigurationError('an empty glob matches nothing: leave --include or --exclude away');
  const trimmed = glob.replace(/^\.?\//, '').replace(/\/$/, '/**');
  const matches = picomatch(trimmed, { dot: true });
  if (trimmed.includes('/')) {
    // `photos/**` is to leave out the folder itself too, so that it is not even entered.
    const folder = trimmed.endsWith('/**') ? picomatch(trimmed.slice(0, -3), { dot: true }) : () => false;
    return (path) => matches(path) || folder(path);
  }
  return (path) => matches(path.slice(path.lastIndexOf('/') + 1));
}
