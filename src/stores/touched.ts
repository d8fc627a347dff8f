/** A temporary file that is not as it was left. */

/**
 * Somebody may have changed a temporary file since its bytes were last found to be right: whoever publishes it has to read them back
 * first. No proof of harm: a program that copies files, or changes their permissions, leaves the same trace.
 */
export class TouchedError extends Error {
  override name = 'TouchedError';
}
