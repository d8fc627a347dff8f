/** The page itself: anybody may have it, for without a role it has nothing to show. */
import type { FastifyInstance } from 'fastify';
import { sendAsset } from '../../delivery/http/api.ts';
import { readAssets } from '../../delivery/http/assets.ts';
import { secureHeaders } from './headers.ts';

export async function addPage(scope: FastifyInstance): Promise<void> {
  const assets = await readAssets('console');
  const open = { config: { role: 'anybody', isEntrance: true } } as const;
  // What the page names is relative to it.
  scope.get('', { ...open, prefixTrailingSlash: 'no-slash' }, (_request, reply) =>
    reply.redirect('console/'),
  );
  scope.get('/', { ...open, prefixTrailingSlash: 'slash' }, (request, reply) =>
    sendAsset(request, reply, assets.get('index.html'), secureHeaders),
  );
  scope.get<{ Params: { name: string } }>('/assets/:name', open, (request, reply) =>
    sendAsset(request, reply, assets.get(request.params.name), secureHeaders),
  );
}
