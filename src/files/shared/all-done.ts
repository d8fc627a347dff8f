/**
 * Resolves when all of the work is through, and rejects only then, with the first failure. Unlike `Promise.all`, nothing
 * is under way any more: memory that the work reads from may be given back.
 */
export async function allDone(work: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}
