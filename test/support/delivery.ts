/** A delivery server of a test's own, and small questions to it. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import type { DeliveryOptions } from '../../src/delivery/http/options.ts';
import { type DeliveryServer, serveStreams } from '../../src/delivery/http/server.ts';
import { LiveScript, type ScriptOptions } from './live-records.ts';
import { MadeStreams } from './made-streams.ts';

/** Serves streams made on paper, on a free port, until the test ends. */
export async function startDelivery(
  t: TestContext,
  streams: MadeStreams,
  options: DeliveryOptions = {},
): Promise<DeliveryServer> {
  const server = await serveStreams(streams, { port: 0, listed: 6_000_000, ...options });
  t.after(() => server.close());
  return server;
}

/**
 * A stream of one rendition, `main`, of five parts a segment, that has come to the second part of its fifth segment (number 4), and
 * a server for it. `next` brings so many of the records that follow: each is a part, but for an init before each segment.
 */
export async function startStream(t: TestContext, script: ScriptOptions = {}, options: DeliveryOptions = {}) {
  const publisher = new LiveScript(script).segments(12);
  const streams = new MadeStreams().play(publisher, 4 * 6 + 3);
  const server = await startDelivery(t, streams, options);
  const next = (records = 1) => streams.play(publisher, records);
  return { publisher, streams, server, next, url: `${server.url}/live/${script.stream ?? 'cam'}` };
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request as it is written, with nothing added: `fetch` would undo compression and hide what was sent. */
export function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces),
        });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

/** The figure of a metric without labels, or with exactly these. */
export async function metric(server: DeliveryServer, name: string): Promise<number> {
  const text = (await get(`${server.url}/metrics`)).body.toString();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}
