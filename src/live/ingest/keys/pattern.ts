/** Which streams a key may be made for: one by its name, or a glob of names. Pure. */
import { ConfigurationError } from '../../../errors.ts';
import { globMatcher } from '../../../files/shared/glob.ts';
import { isStreamName } from '../../../records/live-names.ts';

/** Whether it is a glob at all, and one that begins as a name may, with nothing that stands in none. */
const isGlob = /[*?{[(]/;
const glob = /^[A-Za-z0-9*?{[(@!+][A-Za-z0-9._*?{},![\]()|@+-]{0,255}$/;

/** Whatever can be read in several ways: with many of them, looking at one name takes minutes, in which the server does nothing else. */
const branch = /[*({]/g;
const mostBranches = 3;
const repeatedGroup = /[*+]\(/;

/** What a pattern opens. One that no glob is, or that takes too long to look at, opens nothing. */
export function streamMatcher(pattern: string): (stream: string) => boolean {
  if (!isQuick(pattern)) return () => false;
  try {
    return globMatcher(pattern, 'stream');
  } catch {
    return () => false;
  }
}

/** Throws ConfigurationError for what no stream can be called: such a key would open nothing. */
export function expectPattern(pattern: string): void {
  if (!isQuick(pattern))
    throw new ConfigurationError(
      `--stream: "${pattern.slice(0, 80)}" would take too long to look at: write ${mostBranches} of * { ( at the most, and no +( or *(`,
    );
  globMatcher(pattern, 'stream');
  if (isGlob.test(pattern) ? glob.test(pattern) : isStreamName(pattern)) return;
  throw new ConfigurationError(
    `--stream: "${pattern.slice(0, 80)}" fits no name of a stream: 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or a digit; write a name, or a glob such as cam-*`,
  );
}

function isQuick(pattern: string): boolean {
  return (pattern.match(branch)?.length ?? 0) <= mostBranches && !repeatedGroup.test(pattern);
}
