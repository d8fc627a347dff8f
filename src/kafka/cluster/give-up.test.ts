import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { UnreachableError } from '../../errors.ts';
import { createKafka } from '../client.ts';
import { answerTimeout, Backoff } from './backoff.ts';
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
  const early = performance.now() - 30_000;
  await backoff.pause(failure, early);
  await assert.rejects(backoff.pause(failure), { name: 'UnreachableError', message: /for 30 s/ });
});

test('A clock that leaps makes nobody give up early or late', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 0 });
  const told: { readonly state: string; readonly since: number }[] = [];
  const reporter = new StatusReporter((status) => told.push(status));
  const backoff = new Backoff({
    what: 'reach it',
    giveUpAfter: 300_000,
    signal: new AbortController().signal,
    reporter,
  });
  const failure = new Error('no answer');
  const day = 24 * 3600_000;
  await backoff.pause(failure, performance.now() - 20_000);
  // As on a machine without a clock of its own, once its line is up and somebody tells it the time.
  t.mock.timers.setTime(day);
  await backoff.pause(failure);
  assert.deepEqual(
    told.map(({ state }) => state),
    ['unreachable'],
    'the word is repeated by the time that has passed',
  );
  t.mock.timers.setTime(day - 3600_000);
  const late = new Backoff({
    what: 'reach it',
    giveUpAfter: 50,
    signal: new AbortController().signal,
    reporter,
  });
  await late.pause(failure, performance.now() - 40_000);
  await assert.rejects(late.pause(failure), { name: 'UnreachableError', message: /for 40 s/ });
});

test('Two answers that do not come fit into the time after which to give up, and none is given too little', () => {
  const table: [giveUpAfter: number | undefined, timeout: number][] = [
    [undefined, 30_000],
    [300_000, 30_000],
    [30_000, 15_000],
    [10_000, 5000],
    [0, 5000],
  ];
  for (const [giveUpAfter, timeout] of table) assert.equal(answerTimeout(30_000, giveUpAfter), timeout);
  assert.equal(answerTimeout(1000, 10_000), 1000, 'what the user says is not made longer');
});
