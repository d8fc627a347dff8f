/** Whether a place can be written to at all. */
import { ConfigurationError } from '../../../errors.ts';
import { StoreFault } from '../../store-fault.ts';
import type { ObjectWriter } from '../contract.ts';

/** Writes, reads and removes an object. Throws ConfigurationError when that is refused, and StoreFault while the store is away. */
export async function prove(objects: ObjectWriter, key: string): Promise<void> {
  try {
    await objects.put(key, Buffer.from('x'), {}, undefined);
    for await (const _ of objects.read(key, undefined));
    await objects.remove(key);
  } catch (error) {
    if (!(error instanceof StoreFault) || error.scope !== 'name') throw error;
    const message = `${error.message}; a downloader has to write, read and remove below ${objects.place.url}`;
    throw new ConfigurationError(message, { cause: error });
  }
}
