/** How a set of keys is fetched: in bounds, and not again at once where that has failed, for whoever shows what looks like a token makes us ask. */
import { SluiceError } from '../../../errors.ts';

/** Bytes: sets that name certificates too have some tens of thousands. */
const largest = 256 * 1024;
/** Milliseconds from a failure to the next attempt. */
const pause = 1000;

/** What `fetch` is, as far as jose needs it. */
export type FetchKeys = (url: string, options: RequestInit) => Promise<Response>;

/** One for each address. `now`: milliseconds of a steady clock. */
export function fetchKeys(now: () => number = () => performance.now()): FetchKeys {
  let failure: { readonly at: number; readonly error: unknown } | undefined;
  return async (url, options) => {
    if (failure !== undefined && now() - failure.at < pause) throw failure.error;
    try {
      const response = await fetch(url, options);
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new SluiceError(`it answers ${response.status}, where keys have 200`);
      }
      const body = await bounded(response);
      failure = undefined;
      return new Response(body, { status: 200 });
    } catch (error) {
      failure = { at: now(), error };
      throw error;
    }
  };
}

async function bounded(response: Response): Promise<Buffer<ArrayBuffer>> {
  const slices: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels what follows.
  for await (const slice of response.body ?? []) {
    size += slice.length;
    if (size > largest) throw new SluiceError(`it answers more than the ${largest} bytes that keys have`);
    slices.push(slice);
  }
  return Buffer.concat(slices);
}
