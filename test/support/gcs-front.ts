/**
 * What stands before the fake-gcs-server of a test, and does what Google's does and that one does not: resumable uploads
 * (gcs-sessions.ts), conditions of what reads an object or changes its metadata, and whoever may ask.
 */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { GcsSessions } from './gcs-sessions.ts';
import type { Owner } from './owner.ts';

/** Undefined lets a request pass; else it is answered so. */
export type Doorkeeper = (
  request: IncomingMessage,
) => { readonly status: number; readonly body: string } | undefined;

export interface GcsFront {
  readonly port: number;
  readonly sessions: GcsSessions;
  /** From now on each request is asked about here; undefined: all may pass. */
  keep(doorkeeper: Doorkeeper | undefined): void;
  /** Nobody listens at its port any more. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

/** Before the server at `target`, on a free port, which may be asked for before that server starts. */
export async function startGcsFront(owner: Owner, target: () => number): Promise<GcsFront> {
  const agent = new Agent({ keepAlive: true });
  let doorkeeper: Doorkeeper | undefined;

  const ask = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: Buffer,
  ): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const to = { host: '127.0.0.1', port: target(), method, path, headers, agent };
      const onward = httpRequest(to, async (reply) => {
        const pieces = await Array.fromAsync(reply).catch(() => []);
        resolve({ status: reply.statusCode ?? 500, body: String(Buffer.concat(pieces)) });
      });
      onward.on('error', reject);
      onward.end(body);
    });

  const sessions = new GcsSessions((path, type, body) => ask('POST', path, { 'content-type': type }, body));

  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url, headers } = request;
    const to = { host: '127.0.0.1', port: target(), method, path: url, headers, agent };
    const onward = httpRequest(to, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.rawHeaders);
      reply.pipe(response);
      reply.on('error', () => response.destroy());
    });
    onward.on('error', () => request.socket.resetAndDestroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  };

  /** A condition of a request that is no upload: 412 where another object stands there, or 404 where none does. */
  const conditionFault = async (
    request: IncomingMessage,
  ): Promise<{ status: number; body: string } | undefined> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const wanted = url.searchParams.get('ifGenerationMatch');
    if (wanted === null || !/^(?:GET|PATCH)$/.test(request.method ?? '')) return undefined;
    const found = await ask('GET', url.pathname);
    if (found.status !== 200) return found;
    const { generation } = JSON.parse(found.body) as { generation: string };
    if (generation === wanted) return undefined;
    const error = { code: 412, message: 'conditionNotMet', errors: [{ reason: 'conditionNotMet' }] };
    return { status: 412, body: JSON.stringify({ error }) };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = doorkeeper?.(request) ?? (await conditionFault(request));
    if (refused !== undefined) {
      request.resume();
      response.writeHead(refused.status, { 'content-type': 'application/json' });
      response.end(refused.body);
    } else if (!(await sessions.answer(request, response))) pass(request, response);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.resetAndDestroy());
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const leave = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  owner.after(async () => {
    if (server.listening) await leave();
    agent.destroy();
  });
  const { port } = server.address() as { port: number };
  return {
    port,
    sessions,
    keep: (given) => {
      doorkeeper = given;
    },
    leave,
    comeBack: () => listen(port),
  };
}
