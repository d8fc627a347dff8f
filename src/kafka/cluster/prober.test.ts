import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { versionsAnswer } from '../../../test/models/kafka/wire-answers.ts';
import { WireBroker, type WireRequest } from '../../../test/models/kafka/wire-broker.ts';
import { silentLogger } from '../../log.ts';
import type { Connection } from './connection.ts';
import { ownPurpose } from './link-purpose.ts';
import { Links } from './links.ts';
import { StatusReporter } from './status.ts';
import { Api } from './versions.ts';

const apiVersions = 18;

/** A connection to a broker that answers ApiVersions once it stands, and after the time that `greets` says from then on. */
async function ground(
  t: TestContext,
  work: (request: WireRequest) => Promise<Buffer>,
): Promise<{ broker: WireBroker; connection: Connection; greetsAfter(milliseconds: number): void }> {
  let greeting = 0;
  const broker = await WireBroker.listen(async (request) => {
    if (request.apiKey !== apiVersions) return work(request);
    await delay(greeting);
    return versionsAnswer();
  });
  t.after(() => broker.close());
  const closing = new AbortController();
  t.after(() => closing.abort());
  const links = new Links({
    clientId: 'test',
    tls: undefined,
    authenticate: undefined,
    logger: silentLogger,
    reporter: new StatusReporter(() => {}),
    signal: closing.signal,
  });
  const place = { address: { host: '127.0.0.1', port: broker.port }, broker: undefined };
  const { connection } = await links.to(place, ownPurpose('join'), 30_000);
  return {
    broker,
    connection,
    greetsAfter: (milliseconds) => {
      greeting = milliseconds;
    },
  };
}

function ask(connection: Connection): Promise<unknown> {
  return connection.exchange({
    apiKey: Api.joinGroup,
    apiVersion: 9,
    pieces: [Buffer.alloc(4)],
    hasTags: true,
  });
}

test('A broker that takes connections at once, and its time for answers, has not been cut off', async (t) => {
  const { connection, greetsAfter } = await ground(t, async () => {
    await delay(7000);
    return Buffer.alloc(8);
  });
  greetsAfter(2800);
  await ask(connection);
});
