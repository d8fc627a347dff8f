/** HDFS as all stores are opened. */
import { ConfigurationError } from '../../errors.ts';
import type { Notices } from '../notices.ts';
import type { ObjectReader, ObjectWriter } from '../objects/contract.ts';
import { isCode, StoreFault } from '../store-fault.ts';
import { ownFolder } from '../target-name.ts';
import { HdfsClient } from './client.ts';
import type { HdfsPlace } from './place.ts';
import { HdfsReader } from './reader.ts';
import { HdfsWriter } from './writer.ts';

/** Nothing is asked of the server yet. */
export function openHdfsReader(place: HdfsPlace): ObjectReader {
  return new HdfsReader(new HdfsClient(place));
}

/**
 * Removes the temporary files that a former run of this downloader's name left; without a name it has only come to try. `notices` is told
 * what the cluster turns out not to do. Throws StoreFault while it is away.
 */
export async function openHdfsWriter(
  place: HdfsPlace,
  reader: string | undefined,
  notices: Notices,
): Promise<ObjectWriter> {
  const hdfs = new HdfsClient(place);
  const own = `${place.prefix}${ownFolder}/`;
  try {
    // A question: to what changes something the wrong port does not say that it is wrong.
    const status = await hdfs.status(place.prefix, 'write to').catch(unlessMissing);
    if (status?.type === 'FILE') throw new ConfigurationError(`${place.url} is no folder, but a file`);
    if (reader === undefined) return new HdfsWriter(hdfs, own, notices);
    const folder = `${own}${encodeURIComponent(reader).replaceAll('.', '%2E')}/parts/`;
    const clear = { method: 'DELETE', op: 'DELETE', path: folder, doing: 'clear', isPlace: true } as const;
    await hdfs.json({ ...clear, parameters: { recursive: 'true' } });
    return new HdfsWriter(hdfs, folder, notices);
  } catch (error) {
    hdfs.close();
    throw error;
  }
}

/** The folder is made where it is missing; whoever may not even look at it cannot. */
function unlessMissing(error: unknown): undefined {
  if (isCode(error, 'ENOENT')) return undefined;
  if (!(error instanceof StoreFault) || error.scope !== 'name') throw error;
  throw new ConfigurationError(error.message, { cause: error });
}
