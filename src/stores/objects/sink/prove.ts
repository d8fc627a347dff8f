/** What a place can do, found out by doing it. */
import { ConfigurationError } from '../../../errors.ts';
import { isCode, StoreFault } from '../../store-fault.ts';
import type { Condition, ObjectWriter } from '../contract.ts';

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

/**
 * True when several writers may share names there: an object is put in place only if what stands there is what was to be replaced, at that
 * very moment, one of parts too. Throws as {@link prove} does.
 */
export async function isShareable(objects: ObjectWriter, key: string): Promise<boolean> {
  if (!objects.replacesAtOnce) return false;
  const write = (text: string, condition: Condition): Promise<string> =>
    objects.put(key, Buffer.from(text), {}, condition);
  try {
    const first = await write('x', undefined);
    await write('y', { tag: first });
    return (
      (await isKept(() => write('z', { tag: first }))) &&
      (await isKept(() => write('z', 'nothing'))) &&
      (await isKept(() => inParts(objects, key, 'nothing'), 'ENOENT')) &&
      (await isKept(() => inParts(objects, key, { tag: first }), 'ENOENT'))
    );
  } finally {
    await objects.remove(key);
  }
}

/** Puts an object of one part in place. */
async function inParts(objects: ObjectWriter, key: string, condition: Condition): Promise<void> {
  const id = await objects.begin(key, {}, async () => condition);
  try {
    const part = await objects.part(key, id, 1, Buffer.from('z'));
    await objects.complete(key, id, [part], condition, {});
  } finally {
    await objects.abort(key, id).catch(() => {});
  }
}

/** `or`: a code that says the same. */
async function isKept(put: () => Promise<unknown>, or = 'ESTALE'): Promise<boolean> {
  try {
    await put();
    return false;
  } catch (error) {
    if (isCode(error, 'ESTALE') || isCode(error, or)) return true;
    throw error;
  }
}
