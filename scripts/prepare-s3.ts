/** Builds or fetches the S3 server of the tests, for a build takes longer than a test may. */
import { describeError } from '../src/errors.ts';
import { prepareS3 } from '../test/support/s3.ts';

try {
  await prepareS3((text) => process.stderr.write(`setup-stores: ${text}\n`));
} catch (error) {
  process.stderr.write(`setup-stores: ${describeError(error)}\n`);
  process.exitCode = 1;
}
