/** A way to a server that counts what is asked for: who asks too often, or for what is not there. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Owner } from '../support/owner.ts';

export interface Counted {
  /** Without a slash at its end. */
  readonly url: string;
  /** Paths with their answer's status, in the order of the answers. */
  readonly answers: readonly { readonly path: string; readonly status: number }[];
}

/** Passes requests on to the server, and its answers back as they come. */
export async function countRequests(owner: Owner, to: string): Promise<Counted> {
  const answers: { path: string; status: number }[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    const { method, headers } = incoming;
    const asked = request(new URL(path, to), { method: method ?? 'GET', headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      answers.push({ path, status });
      outgoing.writeHead(status, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    asked.on('error', () => outgoing.destroy());
    outgoing.on('close', () => asked.destroy());
    asked.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answers };
}
