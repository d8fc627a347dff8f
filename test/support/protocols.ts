/** One server asked in each protocol that it speaks: HTTP/1.1 in the clear, HTTP/1.1 behind TLS, and HTTP/2. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { DeliveryOptions } from '../../src/delivery/http/options.ts';
import { makeAuthority } from './certificates.ts';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** What has come of the body: all of it, or what had come when nothing more was waited for. */
  readonly body: Buffer;
}

export type Ask = (path: string, method?: string, headers?: OutgoingHttpHeaders) => Promise<Answered>;

/** A certificate for this machine, and who has signed it. */
export async function certified(
  t: TestContext,
): Promise<{ readonly tls: NonNullable<DeliveryOptions['tls']>; readonly ca: Buffer }> {
  const authority = await makeAuthority('viewers');
  t.after(() => authority.remove());
  const files = await authority.issue('server', ['DNS:localhost', 'IP:127.0.0.1']);
  const [certificate, key, ca] = await Promise.all(
    [files.certificate, files.key, authority.certificate].map((file) => readFile(file)),
  );
  return { tls: { certificate: certificate!, key: key! }, ca: ca! };
}

/** HTTP/1.1, each request on a connection of its own. An answer that goes on is left after its first bytes. */
export function askHttp1(origin: string, ca?: Buffer): Ask {
  return (path, method = 'GET', headers = {}) =>
    new Promise((resolve, reject) => {
      const { hostname, port, protocol } = new URL(origin);
      const send = protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send({ hostname, port, path, method, headers, agent: false, ca }, (response) => {
        const pieces: Buffer[] = [];
        const { statusCode: status = 0, headers: said } = response;
        const done = () => resolve({ status, headers: said, body: Buffer.concat(pieces) });
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          if (said['content-length'] !== undefined) return;
          done();
          request.destroy();
        });
        response.on('end', done).on('error', done);
      });
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.alloc(0) });
      });
      request.on('error', reject);
      request.end();
    });
}

/** HTTP/2, all on one connection: it must stand whatever is asked. */
export async function askHttp2(t: TestContext, origin: string, ca: Buffer): Promise<Ask> {
  const session: ClientHttp2Session = connect(origin, { ca });
  t.after(() => session.destroy());
  await once(session, 'connect');
  return (path, method = 'GET', headers = {}) =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ':path': path, ':method': method, ...headers });
      const pieces: Buffer[] = [];
      let said: Record<string, unknown> = {};
      stream.on('response', (received) => {
        said = { ...received };
      });
      const done = () =>
        resolve({ status: Number(said[':status']), headers: said, body: Buffer.concat(pieces) });
      stream.on('data', (piece: Buffer) => {
        pieces.push(piece);
        if (said['content-length'] !== undefined) return;
        done();
        stream.close();
      });
      stream.on('end', done).on('error', reject);
      stream.end();
    });
}

/**
 * A request of HTTP/2 with headers that no client library would send, in bytes (RFC 9113, 4 and 6; RFC 7541, 6.2.2). Resolves with the
 * types of the frames that came until the stream was answered or refused.
 */
export async function rawHttp2(
  origin: string,
  ca: Buffer,
  headers: readonly (readonly [string, string])[],
): Promise<ReadonlySet<number>> {
  const { hostname, port } = new URL(origin);
  const socket = connectTls({ host: hostname, port: Number(port), ca, ALPNProtocols: ['h2'] });
  await once(socket, 'secureConnect');
  const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const literal = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  const block = Buffer.concat(
    headers.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  );
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(4, 0, 0, Buffer.alloc(0)));
  // END_STREAM and END_HEADERS.
  socket.write(frame(1, 5, 1, block));
  const seen = new Set<number>();
  let received = Buffer.alloc(0);
  const over = Promise.withResolvers<void>();
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    while (received.length >= 9 && received.length >= 9 + received.readUIntBE(0, 3)) {
      const type = received.readUInt8(3);
      seen.add(type);
      received = received.subarray(9 + received.readUIntBE(0, 3));
      // HEADERS, RST_STREAM or GOAWAY.
      if (type === 1 || type === 3 || type === 7) over.resolve();
    }
  });
  socket.on('close', () => over.resolve()).on('error', () => over.resolve());
  await over.promise;
  socket.destroy();
  return seen;
}
