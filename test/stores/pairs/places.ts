/** One place of each store that files can come from and go to, with the hands of whoever works there by another program than ours. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { blobDigests, startAzure } from '../../support/azure.ts';
import { makeBucket } from '../../support/bucket.ts';
import { startGcs } from '../../support/gcs.ts';
import { startHdfs } from '../../support/hdfs.ts';
import type { Owner } from '../../support/owner.ts';
import { startS3 } from '../../support/s3.ts';

export interface StorePlace {
  readonly name: string;
  /** The place of a folder there, as users write it. */
  url(folder: string): string;
  readonly environment: Readonly<Record<string, string>>;
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** Path below a folder -> SHA-256, without what is the sink's own. */
  digests(folder: string): Promise<Readonly<Record<string, string>>>;
}

/** Starts a server of each kind; all end with the owner. */
export async function startPlaces(owner: Owner): Promise<StorePlace[]> {
  return [
    await disk(owner),
    await s3Place(owner),
    await azurePlace(owner),
    await gcsPlace(owner),
    await hdfsPlace(owner),
  ];
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function disk(owner: Owner): Promise<StorePlace> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-pairs-'));
  owner.after(() => rm(root, { recursive: true, force: true }));
  return {
    name: 'folder',
    environment: {},
    url: (folder) => join(root, folder),
    async put(path, bytes) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), bytes);
    },
    async digests(folder) {
      const found: Record<string, string> = {};
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((one) => one.isFile())) {
        const path = join(entry.parentPath, entry.name);
        const hash = createHash('sha256');
        for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
        found[relative(join(root, folder), path)] = hash.digest('hex');
      }
      return found;
    },
  };
}

async function s3Place(owner: Owner): Promise<StorePlace> {
  const s3 = await startS3(owner);
  const bucket = await makeBucket(s3);
  return {
    name: 's3',
    environment: s3.environment,
    url: (folder) => `s3://${bucket.name}/${folder}`,
    async put(Key, Body) {
      await s3.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body }));
    },
    digests: (folder) => bucket.digests(`${folder}/`),
  };
}

async function azurePlace(owner: Owner): Promise<StorePlace> {
  const azure = await startAzure(owner);
  const container = await azure.container();
  return {
    name: 'azblob',
    environment: azure.environment(),
    url: (folder) => `azblob://${container.containerName}/${folder}`,
    async put(path, bytes) {
      await container.getBlockBlobClient(path).uploadData(Buffer.from(bytes));
    },
    digests: (folder) => blobDigests(container, `${folder}/`),
  };
}

async function gcsPlace(owner: Owner): Promise<StorePlace> {
  const gcs = await startGcs(owner);
  const bucket = await gcs.bucket();
  return {
    name: 'gs',
    environment: gcs.environment,
    url: (folder) => `gs://${bucket}/${folder}`,
    async put(path, bytes) {
      await gcs.put(bucket, path, bytes);
    },
    async digests(folder) {
      const found: Record<string, string> = {};
      for (const key of await gcs.keys(bucket))
        if (key.startsWith(`${folder}/`))
          found[key.slice(folder.length + 1)] = digestOf((await gcs.read(bucket, key))!);
      return found;
    },
  };
}

async function hdfsPlace(owner: Owner): Promise<StorePlace> {
  const hdfs = await startHdfs(owner);
  const root = hdfs.folder();
  return {
    name: 'hdfs',
    environment: hdfs.environment,
    url: (folder) => `hdfs://127.0.0.1:${hdfs.port}/${root}/${folder}`,
    put: (path, bytes) => hdfs.write(`${root}/${path}`, bytes),
    async digests(folder) {
      const found: Record<string, string> = {};
      const walk = async (below: string): Promise<void> => {
        for (const name of await hdfs.names(`${root}/${folder}/${below}`)) {
          if (name.endsWith('/')) await walk(below + name);
          else found[below + name] = digestOf((await hdfs.read(`${root}/${folder}/${below}${name}`))!);
        }
      };
      await walk('');
      return found;
    },
  };
}
