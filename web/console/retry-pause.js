// @ts-check
/** The pause before something is sent once more: ended at once by a line that is back. */

/** Milliseconds. Pages that lost the same server do not come back in step: some of it is left to chance. */
const shortest = 500;
const longest = 15_000;

/**
 * Longer with each try. Rejects when the signal is aborted.
 * @param {number} attempt from 0
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function pauseBefore(attempt, signal) {
  const milliseconds = Math.min(longest, shortest * 2 ** attempt) * (0.6 + 0.4 * Math.random());
  return new Promise((resolve, reject) => {
    const timer = setTimeout(finish, milliseconds);
    // A line that is back is used at once.
    addEventListener('online', finish);
    signal.addEventListener('abort', stop);
    function end() {
      clearTimeout(timer);
      removeEventListener('online', finish);
      signal.removeEventListener('abort', stop);
    }
    function finish() {
      end();
      resolve();
    }
    function stop() {
      end();
      reject(signal.reason);
    }
  });
}
