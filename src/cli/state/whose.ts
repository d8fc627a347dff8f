/** `UPLOADER/PATH`, as the verbs of `sluice state` take it. */
import { ConfigurationError } from '../../errors.ts';
import { giveUpFlag, topicFlag } from '../connection.ts';
import { repeated } from '../flags.ts';

export const stateFlags = { topic: topicFlag, giveUpAfter: giveUpFlag('30s') } as const;

export const pathFlags = {
  include: repeated('include', 'GLOB', 'only paths that match, e.g. "**/*.jpg"; may be repeated'),
  exclude: repeated('exclude', 'GLOB', 'leave out paths that match, whole folders too; may be repeated'),
} as const;

/** The first slash parts them: an uploader's name has none. */
export function whose(word: string): { readonly uploader: string; readonly path?: string } {
  const slash = word.indexOf('/');
  const uploader = slash === -1 ? word : word.slice(0, slash);
  const path = slash === -1 ? '' : word.slice(slash + 1);
  return path === '' ? { uploader } : { uploader, path };
}

/** The same for what changes something: `UPLOADER/` may be a path that a script has lost, and would mean everything. Throws ConfigurationError. */
export function whoseExactly(word: string): ReturnType<typeof whose> {
  const which = whose(word);
  if (which.path === undefined && word.includes('/'))
    throw new ConfigurationError(
      `"${word}" names no file: write UPLOADER/PATH, or "${which.uploader}" alone for all of its files`,
    );
  return which;
}
