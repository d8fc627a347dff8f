/** The page of those who send (`/publish`), beside a server that takes what they send. */
import type { FastifyInstance } from 'fastify';
import type { PageServer } from '../../live/ingest/options.ts';
import { sendAsset } from './api.ts';
import { type Asset, readAssets } from './assets.ts';

/** Adds its routes. */
export async function addPublishPage(server: PageServer): Promise<void> {
  const app = server as FastifyInstance;
  const assets: ReadonlyMap<string, Asset> = await readAssets();
  app.get('/', (_request, reply) => reply.redirect('publish'));
  app.get('/publish', (request, reply) => {
    // Where the page is shown within another one, that one decides.
    reply.header('permissions-policy', 'camera=(self), microphone=(self), display-capture=(self)');
    return sendAsset(request, reply, assets.get('publish.html'));
  });
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) =>
    sendAsset(request, reply, assets.get(request.params.name)),
  );
}
