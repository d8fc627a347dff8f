/** Where files are dropped, and nothing sends them. */
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Uploads, type UploadsOptions } from '../../src/console/http/uploads/uploads.ts';
import { silentLogger } from '../../src/log.ts';
import { temporaryFolder } from './folder.ts';

export async function madeUploads(t: TestContext, options: Partial<UploadsOptions> = {}): Promise<Uploads> {
  const uploads = await Uploads.open({
    spool: await temporaryFolder(t),
    uploader: 'console',
    maxUpload: 10_000_000,
    uploadExpires: 3_600_000,
    logger: silentLogger,
    send: ({ signal }) => delay(1e9, undefined, { signal: signal!, ref: false }).catch(() => {}),
    ...options,
  });
  t.after(() => uploads.close());
  return uploads;
}
