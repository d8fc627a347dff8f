/** Who owns what was opened, and closes it: a test by its context, a command by a scope. */

export interface Owner {
  after(end: () => unknown): void;
}

/** For what is no test. */
export class Scope implements Owner {
  readonly #ends: (() => unknown)[] = [];

  after(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Ends all, the newest first, also when one of them fails. Rejects with the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

const open = new Set<Scope>();

/** Runs `work` in a scope of its own, which is closed when it ends. */
export async function inScope<T>(work: (owner: Owner) => Promise<T>): Promise<T> {
  const scope = new Scope();
  open.add(scope);
  try {
    return await work(scope);
  } finally {
    open.delete(scope);
    await scope.close();
  }
}

/** Ends what stands in all of them, the newest first: for a command that is told to end. */
export async function closeScopes(): Promise<void> {
  for (const scope of [...open].reverse()) await scope.close().catch(() => {});
}
