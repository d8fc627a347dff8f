/** A temporary file on the way to its name: it gets its final look, and is made durable. */
import type { FileLook, Published } from '../contract.ts';
import { VanishedError } from '../vanished.ts';
import type { DiskCalls } from './calls.ts';
import type { FileLooks } from './file-look.ts';
import type { OpenPart } from './handles.ts';

export interface FinishPartOptions {
  readonly calls: DiskCalls;
  readonly looks: FileLooks;
  readonly sync: (file: number) => Promise<void>;
}

/**
 * Resolves with the modification time that the file has then. Throws VanishedError when it has another size than is to be published,
 * TouchedError when somebody may have changed it since it was verified.
 */
export async function finishPart(
  { calls, looks, sync }: FinishPartOptions,
  file: string,
  { descriptor, watch }: OpenPart,
  look: FileLook,
  published: Published,
): Promise<bigint> {
  const found = await calls.look(descriptor);
  if (found.size !== BigInt(published.size)) {
    throw new VanishedError(
      `somebody changed its temporary file ${file}, which has ${found.size} bytes instead of ${published.size}`,
    );
  }
  if (found.nlink === 0n) throw new VanishedError(`somebody removed its temporary file ${file}`);
  watch.confirm(found);
  const mtime = await looks.give(descriptor, file, look);
  watch.leave(await calls.look(descriptor));
  await sync(descriptor);
  watch.confirm(await calls.look(descriptor));
  return mtime;
}
