/** A broker that takes in slowly what it is sent: no answer can come before it has all of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Connection } from './connection.ts';
import { StalledConnection } from './endings.ts';
import { Prober } from './prober.ts';
import { StatusReporter } from './status.ts';
import { Api } from './versions.ts';

const requestTimeout = 3500;
const largeBytes = 2 * 1024 * 1024;
/** It takes so many at once, and so long between two times: several time-outs for all of it. */
const pieceBytes = 32 * 1024;
const pauseMs = 120;

/** A connection that is looked after, to a broker that reads so, up to `most` bytes, and answers once it has all. */
async function connectionTo(t: TestContext, most: number): Promise<Connection> {
  const sockets = new Set<Socket>();
  const server = createServer({ highWaterMark: pieceBytes }, (socket) => {
    sockets.add(socket.on('error', () => {}));
    let read = 0;
    socket.on('data', (bytes: Buffer) => {
      read += bytes.byteLength;
      socket.pause();
      if (read >= most) return;
      if (read < largeBytes) setTimeout(() => socket.resume(), (pauseMs * bytes.byteLength) / pieceBytes);
      else socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 1]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closing = new AbortController();
  const { signal } = closing;
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const reporter = new StatusReporter(() => {});
  const open = () => Promise.reject(new Error('nobody probes here'));
  const prober = new Prober({ open, received: () => 0, reporter, signal });
  t.after(() => {
    closing.abort();
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return Connection.open({
    address,
    clientId: 'test',
    tls: undefined,
    connectTimeout: 10_000,
    requestTimeout,
    onQuiet: (connection) => prober.add(connection),
    signal,
  });
}

function send(connection: Connection): Promise<unknown> {
  const pieces = [Buffer.alloc(largeBytes)];
  return connection.exchange({ apiKey: Api.produce, apiVersion: 9, pieces, hasTags: true });
}

test('A request is not given up while it gets there, however long that takes, and is when no more of it does', async (t) => {
  const [all, part] = [Number.POSITIVE_INFINITY, largeBytes / 4];
  const [slow, stuck] = await Promise.all([all, part].map((most) => connectionTo(t, most)));
  await Promise.all([send(slow!), assert.rejects(send(stuck!), StalledConnection)]);
});
