/** Files that are dropped: a console on a spool, and a cluster in memory that it sends to. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Uploads, type UploadsOptions } from '../../src/console/http/uploads/uploads.ts';
import { openSources } from '../../src/files/find/open-sources.ts';
import { uploadFrom } from '../../src/files/upload.ts';
import { silentLogger } from '../../src/log.ts';
import { csrfOf, startConsole } from './console.ts';
import { get } from './delivery.ts';
import { Flow } from './flow.ts';
import type { tusUpload } from './tus.ts';
import { waitFor } from './wait.ts';

/** A console on a spool, whose uploader sends through a cluster in memory. */
export async function dropRoom(
  t: TestContext,
  spool: string,
  { flow = new Flow(), port = 0, ...more }: Partial<UploadsOptions> & { flow?: Flow; port?: number } = {},
) {
  const kafka = flow.cluster.client();
  await flow.prepare(kafka);
  const uploads = await Uploads.open({
    spool,
    uploader: 'console',
    maxUpload: 10_000_000,
    uploadExpires: 3_600_000,
    logger: silentLogger,
    send: async ({ from, ...options }) => {
      const waiting = { onEvent: () => {} };
      const { source } = await openSources(from, { links: 'skip' }, waiting);
      const own = flow.cluster.client();
      await uploadFrom(own, source, { ...options, kafka: {}, from, topic: flow.topic }).finally(() =>
        own.close(),
      );
    },
    ...more,
  });
  const { url, server } = await startConsole(t, { services: { uploads }, server: { port } });
  const close = async () => {
    await server.close();
    await uploads.close();
  };
  t.after(close);
  t.after(() => kafka.close());
  const endpoint = `${url}uploads/`;
  const headers = { 'x-sluice-csrf': await csrfOf(url) };
  return { flow, url, uploads, endpoint, headers, close, port: Number(new URL(url).port) };
}

/** What came at a sink, once it is there. */
export async function arrived(flow: Flow, path: string): Promise<Buffer> {
  return waitFor(async () => {
    await flow.down().catch(() => {});
    const bytes = flow.disk.files.get(`console/${path}`)?.bytes;
    return bytes && Buffer.from(bytes);
  });
}

export const tus = { 'tus-resumable': '1.0.0' };
export const named = { 'upload-metadata': `filename ${Buffer.from('a').toString('base64')}` };

export function started<T extends ReturnType<typeof tusUpload>>(upload: T): T {
  upload.upload.start();
  return upload;
}

export const sent = (upload: ReturnType<typeof tusUpload>): Promise<void> => started(upload).done;

export async function lengthOf(url: string, headers: Record<string, string>): Promise<string | undefined> {
  const { headers: said } = await get(url, { ...headers, ...tus }, 'HEAD');
  return said['upload-offset'] as string | undefined;
}

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
