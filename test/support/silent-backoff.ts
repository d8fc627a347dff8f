/** A back-off for what never fails in a test. */
import { Backoff } from '../../src/kafka/cluster/backoff.ts';
import { StatusReporter } from '../../src/kafka/cluster/status.ts';

export const silentBackoff = new Backoff({
  what: 'read',
  signal: new AbortController().signal,
  giveUpAfter: undefined,
  reporter: new StatusReporter(() => {}),
});
