/** Places that streams are exported to, with the eyes of whoever reads there by another program than ours. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, HeadObjectCommand, NoSuchKey, NotFound } from '@aws-sdk/client-s3';
import { startAzure } from '../support/azure.ts';
import { startGcs } from '../support/gcs.ts';
import type { Owner } from '../support/owner.ts';
import { startS3 } from '../support/s3.ts';

export interface Headers {
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
}

export interface ExportPlace {
  readonly name: string;
  /** As users write it. */
  readonly to: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined: nothing stands there. */
  read(name: string): Promise<Buffer | undefined>;
  /** Undefined where nothing stands; a folder says nothing of how it is served. */
  headers(name: string): Promise<Headers | undefined>;
}

/** Of what fails because nothing is there. */
function absent(isAbsent: (error: unknown) => boolean): (error: unknown) => undefined {
  return (error) => {
    if (!isAbsent(error)) throw error;
    return undefined;
  };
}

export async function folderPlace(owner: Owner): Promise<ExportPlace> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-export-'));
  owner.after(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));
  const missing = absent((error) => (error as NodeJS.ErrnoException).code === 'ENOENT');
  return {
    name: 'folder',
    to: join(root, 'out'),
    environment: {},
    read: (name) => readFile(join(root, 'out', name)).catch(missing),
    headers: (name) =>
      stat(join(root, 'out', name)).then(
        () => ({ contentType: undefined, cacheControl: undefined }),
        missing,
      ),
  };
}

export async function s3Place(owner: Owner): Promise<ExportPlace> {
  const s3 = await startS3(owner);
  const Bucket = await s3.bucket();
  const missing = absent((error) => error instanceof NoSuchKey || error instanceof NotFound);
  const key = (name: string) => ({ Bucket, Key: `media/cam/${name}` });
  return {
    name: 's3',
    to: `s3://${Bucket}/media/cam`,
    environment: s3.environment,
    read: async (name) => {
      const answer = await s3.client.send(new GetObjectCommand(key(name))).catch(missing);
      const bytes = await answer?.Body?.transformToByteArray();
      return bytes && Buffer.from(bytes);
    },
    headers: async (name) => {
      const answer = await s3.client.send(new HeadObjectCommand(key(name))).catch(missing);
      return answer && { contentType: answer.ContentType, cacheControl: answer.CacheControl };
    },
  };
}

export async function azurePlace(owner: Owner): Promise<ExportPlace> {
  const azure = await startAzure(owner);
  const container = await azure.container();
  const missing = absent((error) => (error as { statusCode?: number }).statusCode === 404);
  return {
    name: 'azblob',
    to: `azblob://${container.containerName}/cam`,
    environment: azure.environment(),
    // By one request, as viewers read: downloadToBuffer asks for the size first, and cuts what has grown meanwhile.
    read: async (name) => {
      const answer = await container.getBlobClient(`cam/${name}`).download().catch(missing);
      if (answer === undefined) return undefined;
      const pieces: Buffer[] = [];
      for await (const piece of answer.readableStreamBody as AsyncIterable<Buffer>) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    headers: async (name) => {
      const said = await container.getBlobClient(`cam/${name}`).getProperties().catch(missing);
      return said && { contentType: said.contentType, cacheControl: said.cacheControl };
    },
  };
}

export async function gcsPlace(owner: Owner): Promise<ExportPlace> {
  const gcs = await startGcs(owner);
  const bucket = await gcs.bucket();
  return {
    name: 'gs',
    to: `gs://${bucket}/cam`,
    environment: gcs.environment,
    read: (name) => gcs.read(bucket, `cam/${name}`),
    headers: async (name) => {
      const said = (await gcs.look(bucket, `cam/${name}`)) as
        | { contentType?: string; cacheControl?: string }
        | undefined;
      return said && { contentType: said.contentType, cacheControl: said.cacheControl };
    },
  };
}
