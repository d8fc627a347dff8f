/** What sinks say of themselves that keep what is not published in files. */
import type { SinkAbilities } from './contract.ts';
import type { NameRules } from './target-name.ts';

export function writesAnywhere(names: NameRules): SinkAbilities {
  return { writes: 'anywhere', names, memoryFor: () => 0 };
}
