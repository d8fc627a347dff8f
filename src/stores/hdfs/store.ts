/** HDFS as all stores are opened. */
import type { Notices } from '../notices.ts';
import type { ObjectReader, ObjectWriter } from '../objects/contract.ts';
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
  if (reader === undefined) return new HdfsWriter(hdfs, own, notices);
  const folder = `${own}${encodeURIComponent(reader).replaceAll('.', '%2E')}/parts/`;
  try {
    const clear = { method: 'DELETE', op: 'DELETE', path: folder, doing: 'clear', isPlace: true } as const;
    await hdfs.json({ ...clear, parameters: { recursive: 'true' } });
    return new HdfsWriter(hdfs, folder, notices);
  } catch (error) {
    hdfs.close();
    throw error;
  }
}
