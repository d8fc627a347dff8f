/** What a sink says of a temporary file that is not what it was. */
import { SluiceError } from '../errors.ts';

/**
 * A temporary file that is not there any more, or not as it was written: somebody else removed or changed it. Thrown until
 * the upload is cleared; what the file held has to be had again.
 */
export class VanishedError extends SluiceError {
  override name = 'VanishedError';
}
