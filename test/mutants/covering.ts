/** Which tests may notice a fault in a file: those that load it. Pure. */
import { posix } from 'node:path';
import type { SourceFacts } from '../house/source.ts';

/** The test files among `tests` that import `path`, however many files lie between; those with the fewest between come first. */
export function coveringTests(
  path: string,
  files: readonly SourceFacts[],
  isTest: (path: string) => boolean,
): readonly string[] {
  const importers = new Map<string, string[]>();
  for (const { path: from, imports } of files) {
    for (const specifier of imports) {
      if (!specifier.startsWith('.')) continue;
      const to = posix.join(posix.dirname(from), specifier);
      importers.set(to, [...(importers.get(to) ?? []), from]);
    }
  }
  const seen = new Set([path]);
  for (const one of seen) for (const importer of importers.get(one) ?? []) seen.add(importer);
  return [...seen].filter((one) => one.endsWith('.test.ts') && isTest(one));
}
