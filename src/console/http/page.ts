/** The page itself: anybody may have it, for without a role it has nothing to show. */
import type { FastifyInstance } from 'fastify';
import { sendAsset } from '../../delivery/http/api.ts';
import type { Asset } from '../../delivery/http/assets.ts';
import { secureHeaders } from './headers.ts';

/** `assets`: the page's files, read before: compressing them can take longer than a plugin of Fastify may. */
export function addPage(scope: FastifyInstance, assets: ReadonlyMap<string, Asset>): void {
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
