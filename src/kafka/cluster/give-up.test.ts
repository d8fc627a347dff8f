import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { UnreachableError } from '../../errors.ts';
import { createKafka } from '../client.ts';
import { Backoff } from './backoff.ts';
import { StatusReporter } from './status.ts';

/** A port that takes connections and says nothing, as behind a line that was cut. */
async function silentPort(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('A broker that is silent is given up in the time that was given, not in that of a connection', async (t) => {
  const properties = { 'bootstrap.servers': `127.0.0.1:${await silentPort(t)}` };
  const kafka = createKafka({ properties, giveUpAfter: 1000 });
  t.after(() => kafka.close());
  const started = performance.now();
  await assert.rejects(kafka.describeCluster(), UnreachableError);
  const took = performance.now() - started;
  assert.ok(took > 900 && took < 6000, `${took} ms`);
});

test('What failed counts from its beginning, and is tried a second time however long the first took', async () => {
  const backoff = new Backoff({
    what: 'reach it',
    giveUpAfter: 50,
    signal: new AbortController().signal,
    reporter: new StatusReporter(() => {}),
  });
  const failure = new Error('no answer');
  const early = Date.now() - 30_000;
  await backoff.pause(failure, early);
  await assert.rejects(backoff.pause(failure), { name: 'UnreachableError', message: /for 30 s/ });
});
