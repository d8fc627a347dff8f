/** Makes a failing case small: first of few items, then of few bytes. */

/** What a fault is about, whatever it counts or names: a case is not to be made smaller into another one. */
export function kindOf(fault: string | undefined): string {
  return (fault ?? '').replace(/[\d\s]+/g, ' ').slice(0, 30);
}

/** True when what is left still fails. */
export type StillFails = (items: readonly unknown[]) => Promise<boolean>;

/** Takes away what is not needed, for so many tries at the most (delta debugging, by halves, then smaller pieces). */
export async function minimise(
  items: readonly unknown[],
  fails: StillFails,
  tries: number,
): Promise<readonly unknown[]> {
  let left = tries;
  const attempt = async (candidate: readonly unknown[]): Promise<boolean> => {
    left -= 1;
    return left >= 0 && (await fails(candidate));
  };
  let least = await fewer(items, attempt);
  for (let index = 0; index < least.length && left > 0; index += 1) {
    const with_ = (item: unknown) => least.with(index, item);
    least = with_(await shorter(least[index], (item) => attempt(with_(item))));
  }
  return least;
}

/** The shortest list that still fails by taking runs of elements away. */
async function fewer<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let least = items;
  for (let run = Math.ceil(items.length / 2); run >= 1; run = run === 1 ? 0 : Math.ceil(run / 2)) {
    for (let at = 0; at < least.length; ) {
      const rest = [...least.slice(0, at), ...least.slice(at + run)];
      if (await fails(rest)) least = rest;
      else at += run;
    }
  }
  return least;
}

/** Bytes, lists and the fields of objects, each made shorter as long as the item still fails. */
async function shorter(item: unknown, fails: (item: unknown) => Promise<boolean>): Promise<unknown> {
  if (Buffer.isBuffer(item)) {
    const kept = await fewer([...item], (bytes) => fails(Buffer.from(bytes)));
    return Buffer.from(kept);
  }
  if (Array.isArray(item)) {
    let least: readonly unknown[] = await fewer(item, fails);
    for (let index = 0; index < least.length; index += 1) {
      const elements = least;
      least = elements.with(
        index,
        await shorter(elements[index], (element) => fails(elements.with(index, element))),
      );
    }
    return least;
  }
  if (typeof item !== 'object' || item === null) return item;
  let least: Record<string, unknown> = { ...item };
  for (const name of Object.keys(item)) {
    const value = await shorter(least[name], (field) => fails({ ...least, [name]: field }));
    least = { ...least, [name]: value };
  }
  return least;
}
