/** In the place of src/delivery/http/page-files.ts: the executable has them within it. */
import { getAssetKeys, getRawAsset } from 'node:sea';
import type { PageFile } from '../../../src/delivery/http/page-files.ts';

const folder = 'web/';

/** Reads nothing before it is asked to. */
export async function pageFiles(): Promise<readonly PageFile[]> {
  return getAssetKeys()
    .filter((key) => key.startsWith(folder))
    .map((key) => ({
      name: key.slice(folder.length),
      // A copy: what the executable has cannot be written, and whoever tries ends by a signal.
      read: async () => Buffer.from(getRawAsset(key).slice(0)),
    }));
}
