/** How a store that is reached over a network has its requests tried again: by whoever uses it. */

/**
 * Runs a request, and again for as long as it throws a StoreFault of everything ({@link isAway}); resolves with what it gives at last. All
 * else that it throws passes through. A store puts each of its requests through the one that it is given, and tries nothing again by itself.
 */
export type Patiently = <T>(request: () => Promise<T>) => Promise<T>;

/** For whoever tries again by himself, or not at all. */
export const once: Patiently = (request) => request();
