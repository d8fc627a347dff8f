/** Keeps what came of a file whose digest is wrong, under a name that says so. */
import { describeError } from '../../errors.ts';
import { VanishedError } from '../../stores/vanished.ts';
import { mismatchName, type ReceiveContext } from '../incoming/receive-context.ts';
import { isPermanent } from '../shared/disk-retry.ts';

/** Renames an upload's temporary file; gives back the end of a sentence that says what became of it. */
export async function setAside(context: ReceiveContext, upload: string, target: string): Promise<string> {
  const { sink } = context.options;
  // A file of that very name may have been sent, and must not be overwritten by what is wrong.
  const isTaken = (await sink.published(mismatchName(target))) !== undefined;
  const name = mismatchName(isTaken ? `${target}.${upload}` : target);
  try {
    await sink.quarantine(upload, name);
    return `; what came is kept as ${name}`;
  } catch (error) {
    if (!isPermanent(error) && !(error instanceof VanishedError)) throw error;
    await sink.discard(upload);
    return `; what came could not be kept: ${describeError(error)}`;
  }
}
