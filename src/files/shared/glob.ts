/** Globs over relative paths. Pure. */
import picomatch from 'picomatch';
import { ConfigurationError } from '../../errors.ts';

/**
 * A glob without a slash matches the name in any folder (`*.jpg`), one with a slash the whole relative path (`photos/**`). `flag`, without
 * its dashes, is what an error names.
 */
export function globMatcher(glob: string, flag = 'include'): (path: string) => boolean {
  if (glob === '')
    throw new ConfigurationError(
      `an empty glob matches nothing: leave ${flag === 'include' ? '--include or --exclude' : `--${flag}`} away`,
    );
  const trimmed = glob.replace(/^\.?\//, '').replace(/\/$/, '/**');
  const matches = picomatch(trimmed, { dot: true });
  if (trimmed.includes('/')) {
    // `photos/**` is to leave out the folder itself too, so that it is not even entered.
    const folder = trimmed.endsWith('/**') ? picomatch(trimmed.slice(0, -3), { dot: true }) : () => false;
    return (path) => matches(path) || folder(path);
  }
  return (path) => matches(path.slice(path.lastIndexOf('/') + 1));
}
