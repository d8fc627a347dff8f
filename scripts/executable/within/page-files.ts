/** In the place of src/delivery/http/page-files.ts: the executable has them within it. */
import { getAssetKeys, getRawAsset } from 'node:sea';
import type { PageFile, PageFolder } from '../../../src/delivery/http/page-files.ts';

/** Reads nothing before it is asked to. */
export async function pageFiles(page: PageFolder): Promise<readonly PageFile[]> {
  const folder = page === '' ? 'web/' : `web/${page}/`;
  return getAssetKeys()
    .filter((key) => key.startsWith(folder) && !key.slice(folder.length).includes('/'))
    .map((key) => ({
      name: key.slice(folder.length),
      // A copy: what the executable has cannot be written, and whoever tries ends by a signal.
      read: async () => Buffer.from(getRawAsset(key).slice(0)),
    }));
}
