/** The one server of figures: `/metrics` for Prometheus, `/livez`, `/readyz` and `/healthz` for whoever starts and stops programs. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../errors.ts';
import { listenFault } from '../listen-fault.ts';
import { metricsText, type Registry } from '../metrics.ts';
import type { Watched } from './figure.ts';
import { registryOf } from './registry.ts';

export interface FiguresServerOptions {
  readonly watched: Watched;
  /** What `/metrics` tells. Default: the figures of `watched`. */
  readonly registry?: Registry;
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** More to be asked for: path -> what is answered, as JSON. */
  readonly pages?: Readonly<Record<string, () => object>>;
}

export interface FiguresServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Rejects with ConfigurationError when it may not listen there. */
export async function openFigures(options: FiguresServerOptions): Promise<FiguresServer> {
  const { watched, host, port, pages = {} } = options;
  const { registry = registryOf(watched.figures) } = options;
  const places = [...Object.keys(pages), '/metrics', '/livez', '/readyz', '/healthz'];
  const server = createServer((request, response) => {
    request.resume();
    const path = (request.url ?? '').split('?')[0] ?? '';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'only GET is answered');
    else if (page !== undefined) answer(response, 200, JSON.stringify(page()), 'application/json');
    // That it is answered is what it says.
    else if (path === '/livez') answer(response, 200, 'ok');
    else if (path === '/readyz' || path === '/healthz') {
      const reason =
        path === '/healthz' && watched.unwell !== undefined ? watched.unwell() : watched.unready();
      answer(response, reason === undefined ? 200 : 503, reason ?? 'ok');
    } else if (path === '/metrics')
      metricsText(registry).then(
        (text) => answer(response, 200, text, 'text/plain; version=0.0.4'),
        () => answer(response, 500, 'the figures cannot be collected'),
      );
    else answer(response, 404, `there are ${places.join(', ')}`);
  });
  server.maxConnections = 100;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const flags = { portFlag: '--metrics-port', hostFlag: '--metrics-host' };
      reject(
        new ConfigurationError(listenFault({ what: 'figures', host, port, ...flags }, cause), { cause }),
      );
    });
    server.listen({ host, port }, resolve);
  });
  // A connection that cannot be taken is one, which without a listener would end all that is under way.
  server.on('error', () => {});
  // Figures are no reason to go on.
  server.unref();
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
