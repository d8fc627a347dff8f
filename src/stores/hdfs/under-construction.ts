/**
 * Whether somebody is writing a file. What a namenode says of such a file looks as if nobody touched it: its time is that of its beginning,
 * and its size that of the blocks that are full.
 */
import { isCode } from '../store-fault.ts';
import type { HdfsClient } from './client.ts';

/** Gateways that do not say it. */
const silent = new WeakSet<HdfsClient>();

/** False where the server cannot tell. */
export async function isBeingWritten(hdfs: HdfsClient, path: string): Promise<boolean> {
  if (silent.has(hdfs)) return false;
  const asked = { method: 'GET', op: 'GET_BLOCK_LOCATIONS', path, doing: 'look at' } as const;
  try {
    const { LocatedBlocks } = await hdfs.json<{ LocatedBlocks?: { isUnderConstruction?: boolean } }>({
      ...asked,
      // One byte: of a large file there are many blocks.
      parameters: { offset: '0', length: '1' },
    });
    return LocatedBlocks?.isUnderConstruction ?? false;
  } catch (error) {
    if (!isCode(error, 'ENOSYS')) throw error;
    silent.add(hdfs);
    return false;
  }
}
