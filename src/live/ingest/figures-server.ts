/** What comes in, over HTTP: `/api/ingest` for programs, `/metrics` for Prometheus, `/healthz`. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge } from 'prom-client';
import { ConfigurationError } from '../../errors.ts';
import { listenFault } from '../../listen-fault.ts';
import { createRegistry, metricsText, type Registry } from '../../metrics.ts';
import type { Board } from './board.ts';

export interface FiguresOptions {
  readonly board: Board;
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Why nobody can be let in; undefined: all is well. */
  readonly away: () => string | undefined;
}

export interface FiguresServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Rejects with ConfigurationError when it may not listen there. */
export async function openFigures({ board, host, port, away }: FiguresOptions): Promise<FiguresServer> {
  const registry = figuresOf(board);
  const server = createServer((request, response) => {
    request.resume();
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'only GET is answered');
    else if (path === '/api/ingest')
      answer(response, 200, JSON.stringify({ streams: board.streams, ...board.totals }), 'application/json');
    else if (path === '/healthz') answer(response, away() === undefined ? 200 : 503, away() ?? 'ok');
    else if (path === '/metrics')
      metricsText(registry).then(
        (text) => answer(response, 200, text),
        () => answer(response, 500, 'the figures cannot be collected'),
      );
    else answer(response, 404, 'there are /api/ingest, /metrics and /healthz');
  });
  server.maxConnections = 100;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new ConfigurationError(
          listenFault(
            { what: 'figures', host, port, portFlag: '--metrics-port', hostFlag: '--metrics-host' },
            cause,
          ),
          { cause },
        ),
      ),
    );
    server.listen({ host, port }, resolve);
  });
  // A connection that cannot be taken is one, which without a listener would end all streams.
  server.on('error', () => {});
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

function figuresOf(board: Board): Registry {
  const registry = createRegistry();
  const registers = [registry];
  new Gauge({
    name: 'sluice_ingest_streams',
    help: 'Streams that have, or await, a sender',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of ['sending', 'waiting'])
        this.set({ state }, board.streams.filter((stream) => stream.state === state).length);
    },
  });
  new Gauge({
    name: 'sluice_ingest_stand_bys',
    help: 'Streams for which another sender stands by',
    registers,
    collect() {
      this.set(board.streams.filter(({ standBy }) => standBy !== undefined).length);
    },
  });
  new Gauge({
    name: 'sluice_ingest_stream_bitrate',
    help: 'Bits a second of a stream that go to Kafka',
    labelNames: ['stream'],
    registers,
    collect() {
      this.reset();
      for (const { stream, bitrate } of board.streams) this.set({ stream }, bitrate);
    },
  });
  const counted = (name: string, help: string, sum: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(sum());
      },
    });
  counted('sluice_ingest_admitted_total', 'Senders that were let in', () => board.totals.admitted);
  counted('sluice_ingest_lost_total', 'Senders that were lost', () => board.totals.lost);
  counted(
    'sluice_ingest_take_overs_total',
    'Times that a stand-by has taken over',
    () => board.totals.takeOvers,
  );
  counted('sluice_ingest_dismissed_total', 'Senders that were sent away', () => board.totals.dismissed);
  counted('sluice_ingest_failed_total', 'Streams that could not be published', () => board.totals.failed);
  new Counter({
    name: 'sluice_ingest_refused_total',
    help: 'Senders that were not let in, by why',
    labelNames: ['why'],
    registers,
    collect() {
      this.reset();
      for (const [why, count] of Object.entries(board.totals.refused)) this.inc({ why }, count);
    },
  });
  return registry;
}
