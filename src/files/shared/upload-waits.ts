/** What an uploader waits for, and how long: every time of its own in one place. Milliseconds, by the steady clock. */
export const uploadWaits = {
  /** From a notice until the path is looked at: notices of one write come in bursts. */
  notice: 20,
  /** Between two walks that notices ask for, at the least; or twice as long as a walk takes. */
  betweenWalks: 200,
  /** Between two looks at a file before it is taken, at the least. */
  betweenLooks: 500,
  /** With `once`: for a file to come to rest, or `restlessAges` times its age limit if that is longer. */
  restless: 60_000,
  /** With `once`: for a source that cannot be read any more. */
  sourceAway: 60_000,
  /**
   * Between two tries of a request to a store, from the first to the last of these, some more and some less; as long as the store asks for,
   * up to `asked`. What fails for longer than `word` is told; what fails for `away` is given up with `once`.
   */
  store: { first: 100, last: 5000, asked: 300_000, word: 5000, away: 300_000 },
  /** The longest sleep of whoever finds files, should nothing wake it. */
  sleep: 60_000,
  /** Before a file that could not be sent is tried again: twice as long each time, from the first to the last of these. */
  retry: { first: 500, last: 60_000 },
  /** Between two looks at the topic: partitions may be added, the limit lowered, the topic made anew. */
  topicLook: 30_000,
  /** Between two times that all that is remembered is gone through for files that are gone. */
  goneSweep: 3_600_000,
  /** A lease that was not renewed for so long has ended; its holder renews it three times as often. */
  lease: 30_000,
  /** Between two looks at somebody else's lease. */
  leaseLook: 1000,
} as const;

/** With `once`, a file that does not come to rest for so many times its age limit is given up. */
const restlessAges = 10;

/** Milliseconds after which it is, where the age limit is so many. */
export function mostRestless(minAge: number): number {
  return Math.max(uploadWaits.restless, restlessAges * minAge);
}

/** Tries of one file with `once`. */
export const tries = 3;

/** Milliseconds until a file is tried again that could not be sent for the `count`th time. */
export function retryPause(count: number): number {
  const { first, last } = uploadWaits.retry;
  return Math.min(last, first * 2 ** (count - 1));
}
