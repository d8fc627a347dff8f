/** What every answer of S3 has. */
import { StoreFault } from '../store-fault.ts';

/**
 * The value, where there is one. An answer without it is of somebody in the server's place (a portal that wants a log-in), whatever its
 * status: nothing was written by it. `cannot`: what was not done then.
 */
export function mandatory(value: string | undefined, cannot: string): string {
  if (value !== undefined && value !== '') return value;
  throw new StoreFault(`cannot ${cannot}: what answered is no S3 server`, { scope: 'sink', code: 'EAGAIN' });
}
