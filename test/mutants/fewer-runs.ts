/**
 * What test files get for `fast-check` while mutants are tried: properties are tried less often than they are in tests, with a seed, and a
 * failure is not made small. A mutant that is only noticed in many runs lives; it is not the other way round.
 */
import * as real from 'fast-check';

const most = 400;

type Check = typeof real.assert;
type Parameters_ = NonNullable<Parameters<Check>[1]>;

const assert = ((property: Parameters<Check>[0], parameters: Parameters_ = {}) => {
  const numRuns = Math.min(most, parameters.numRuns ?? most);
  return real.assert(property, { seed: 1, ...parameters, numRuns, endOnFailure: true });
}) as Check;

const fewer: typeof real.default = { ...real.default, assert };

// biome-ignore lint/style/noDefaultExport: the library has one.
export default fewer;
