import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listener } from '../../../test/support/listener.ts';
import { Connection } from './connection.ts';
import { StalledConnection } from './endings.ts';
import { Prober } from './prober.ts';
import { StatusReporter } from './status.ts';

/** Long enough for an answer to be suspiciously late, and for a new connection to have been waited for. */
const longMs = 8000;

/** Opens another connection, which nobody takes. */
const untaken = () => new Promise<never>(() => {});
/** Opens another one, which is taken, and on which nothing is answered. */
async function unanswered(onTaken: () => void): Promise<never> {
  onTaken();
  await delay(3000);
  throw new StalledConnection({ host: '127.0.0.1', port: 1 }, 3000);
}

/** What is told while a broker owes an answer; `received`: by all that stand. */
async function told(
  t: TestContext,
  received: () => number,
  open: (onTaken: () => void) => Promise<never> = untaken,
): Promise<string[]> {
  const states: string[] = [];
  const ending = new AbortController();
  t.after(() => ending.abort());
  const prober = new Prober({
    open,
    received,
    reporter: new StatusReporter(({ state }) => states.push(state)),
    signal: ending.signal,
  });
  const { port } = await listener(t, (socket) => socket.resume());
  const connection = await Connection.open({
    address: { host: '127.0.0.1', port },
    tls: undefined,
    clientId: 'test',
    connectTimeout: 60_000,
    requestTimeout: 60_000,
    onQuiet: (quiet) => prober.add(quiet),
  });
  t.after(() => connection.close());
  const request = { apiKey: 1, apiVersion: 1, pieces: [Buffer.from('question')], hasTags: true };
  connection.exchange(request).catch(() => {});
  await delay(longMs);
  return states;
}

test('A line is told to be cut where nothing comes, and so is a broker that answers nobody; not where others are answered', async (t) => {
  let bytes = 0;
  const slow = () => {
    bytes += 1000;
    return bytes;
  };
  const states = await Promise.all([
    told(t, () => 1000),
    told(t, slow),
    told(t, () => 1000, unanswered),
    told(t, slow, unanswered),
  ]);
  assert.deepEqual(states, [['unreachable'], [], ['unreachable'], []]);
});
