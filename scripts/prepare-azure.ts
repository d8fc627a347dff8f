/** Fetches the server of Azure Blob Storage of the tests, for that takes longer than a test may. */
import { describeError } from '../src/errors.ts';
import { ensureAzurite } from '../test/support/azurite.ts';

try {
  await ensureAzurite((text) => process.stderr.write(`setup-stores: ${text}\n`));
} catch (error) {
  process.stderr.write(`setup-stores: ${describeError(error)}\n`);
  process.exitCode = 1;
}
