/** What a sink says when somebody else was quicker. */

/**
 * Under a final name stands something else than was found there last: another downloader has put it there since. Nothing was written.
 * Whether it is newer is to be asked again.
 */
export class ReplacedError extends Error {
  override name = 'ReplacedError';
}
