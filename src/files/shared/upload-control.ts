/** What may be asked of an upload while it goes on. */
import type { FileOrder } from './file-order.ts';

/** A run that goes on. */
export interface UploadControl {
  /** Another order from now on, of what waits too. Throws ConfigurationError for an empty glob. */
  reorder(wishes: {
    readonly order?: FileOrder | undefined;
    readonly first?: readonly string[] | undefined;
  }): void;
}
