/** Where a group of real processes writes: a bucket of an S3 server, or a folder of this machine. */
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBucket } from '../support/bucket.ts';
import { sha256 } from '../support/bytes.ts';
import type { Owner } from '../support/owner.ts';
import { type RunningS3, startS3 } from '../support/s3.ts';

export interface GroupPlaceGround {
  /** As `--to` has it. */
  readonly to: string;
  readonly env: Readonly<Record<string, string>>;
  /** The paths of what stands there of the uploader `shop`. */
  names(): Promise<string[]>;
  digests(): Promise<Record<string, string>>;
  /** What is left of uploads that have ended, a line each. */
  left(): Promise<string[]>;
}

export async function bucketPlace(owner: Owner): Promise<GroupPlaceGround & { readonly s3: RunningS3 }> {
  const s3 = await startS3(owner);
  const bucket = await makeBucket(s3);
  return {
    s3,
    to: `s3://${bucket.name}/copies`,
    env: { ...s3.environment, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3.port}` },
    names: () => bucket.keys('copies/shop/'),
    digests: () => bucket.digests('copies/shop/'),
    left: async () => (await bucket.open()).map((key) => `parts of ${key} are left`),
  };
}

export async function folderPlace(owner: Owner): Promise<GroupPlaceGround & { readonly folder: string }> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'sluice-group-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const filesIn = async (below: string): Promise<string[]> => {
    const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile());
    return files.map(({ parentPath, name }) => join(parentPath, name));
  };
  const own = join(folder, 'shop');
  const names = async (): Promise<string[]> => (await filesIn(own)).map((path) => path.slice(own.length + 1));
  return {
    folder,
    to: folder,
    env: {},
    names,
    async digests() {
      const digests: Record<string, string> = {};
      for (const path of await names()) digests[path] = sha256(await readFile(join(own, path)));
      return digests;
    },
    async left() {
      const kept = await filesIn(join(folder, '.sluice'));
      const isOurs = (path: string): boolean => path.endsWith('.json') || path.endsWith('/place');
      return kept.filter((path) => !isOurs(path)).map((path) => `${path.slice(folder.length)} is left`);
    },
  };
}
