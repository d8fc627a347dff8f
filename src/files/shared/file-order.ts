/** In which order files that wait may go. */

/** `size`: the smallest first; `oldest`, `newest`: by the time of the last write. */
export const fileOrders = ['name', 'size', 'oldest', 'newest'] as const;
export type FileOrder = (typeof fileOrders)[number];
