/** Builds the Google Cloud Storage of the tests, for a build takes longer than a test may. */
import { describeError } from '../src/errors.ts';
import { ensureFakeGcs } from '../test/support/fake-gcs-program.ts';

try {
  await ensureFakeGcs((text) => process.stderr.write(`setup-stores: ${text}\n`));
} catch (error) {
  process.stderr.write(`setup-stores: ${describeError(error)}\n`);
  process.exitCode = 1;
}
