/** How far a model is looked through: as its test says, or as `npm run test:models` wants it. */

export interface Parameters {
  readonly numRuns: number;
  readonly seed: number;
}

/** In the environment of a run by `test:models`: other seeds, and more runs. */
export const seedVariable = 'SLUICE_TEST_MODEL_SEED';
export const runsVariable = 'SLUICE_TEST_MODEL_RUNS';

export function parameters({ numRuns, seed }: Parameters): Parameters {
  return {
    numRuns: Number(process.env[runsVariable] ?? numRuns),
    seed: Number(process.env[seedVariable] ?? seed),
  };
}
