/**
 * fast-check as all tests of properties have it: with the same seed in each run, so that it is not luck whether a change lands.
 * `SLUICE_SEED=random` draws anew, any number is a seed; a failure prints its own.
 */
import fc from 'fast-check';

const { SLUICE_SEED: wish = '1' } = process.env;
if (wish !== 'random') fc.configureGlobal({ seed: Number(wish) });

// biome-ignore lint/style/noDefaultExport: it stands for the library's.
export default fc;
