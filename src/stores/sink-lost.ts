/** What a sink says when it is not any more what it was when it was opened. */
import { SluiceError } from '../errors.ts';

/**
 * What the sink remembered is gone, or damaged: somebody removed its folder or what it keeps there. Positions that were
 * reached with it prove nothing any more. Opened again, it is a new sink, with another id.
 */
export class SinkLostError extends SluiceError {
  override name = 'SinkLostError';
}
