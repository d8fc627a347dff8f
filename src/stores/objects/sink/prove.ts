/** What a place can do, found out by doing it. */
import { ConfigurationError } from '../../../errors.ts';
import { isCode, StoreFault } from '../../store-fault.ts';
import type { ObjectWriter } from '../contract.ts';

export interface Proven {
  /** What stands there already is not replaced where nothing was to stand. */
  readonly keepsConditions: boolean;
}

/** Writes, reads and removes an object. Throws ConfigurationError when that is refused, and StoreFault while the store is away. */
export async function prove(objects: ObjectWriter, key: string): Promise<Proven> {
  const bytes = Buffer.from('x');
  try {
    await objects.put(key, bytes, {}, undefined);
    const keepsConditions = await isKept(() => objects.put(key, bytes, {}, 'nothing'));
    for await (const _ of objects.read(key, undefined));
    await objects.remove(key);
    return { keepsConditions };
  } catch (error) {
    if (!(error instanceof StoreFault) || error.scope !== 'name') throw error;
    const message = `${error.message}; a downloader has to write, read and remove below ${objects.place.url}`;
    throw new ConfigurationError(message, { cause: error });
  }
}

async function isKept(put: () => Promise<unknown>): Promise<boolean> {
  try {
    await put();
    return false;
  } catch (error) {
    if (isCode(error, 'ESTALE')) return true;
    throw error;
  }
}
