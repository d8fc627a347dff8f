/** Fetches the HDFS of the tests, for that takes longer than a test may. */
import { describeError } from '../src/errors.ts';
import { prepareHdfs } from '../test/support/hdfs.ts';

try {
  await prepareHdfs((text) => process.stderr.write(`setup-stores: ${text}\n`));
} catch (error) {
  process.stderr.write(`setup-stores: ${describeError(error)}\n`);
  process.exitCode = 1;
}
