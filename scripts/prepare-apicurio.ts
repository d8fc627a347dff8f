/** Fetches the registry of schemas of `npm run test:schemas`. */
import { describeError } from '../src/errors.ts';
import { ensureApicurio } from '../test/support/apicurio.ts';

try {
  await ensureApicurio((text) => process.stderr.write(`setup: ${text}\n`));
} catch (error) {
  process.stderr.write(`setup: ${describeError(error)}\n`);
  process.exitCode = 1;
}
