import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { versionsAnswer } from '../../../test/models/kafka/wire-answers.ts';
import { type WireAnswer, WireBroker, type WireRequest } from '../../../test/models/kafka/wire-broker.ts';
import { silentLogger } from '../../log.ts';
import { NetworkFailure } from './failures.ts';
import { control, ownPurpose } from './link-purpose.ts';
import { Links } from './links.ts';
import { StatusReporter } from './status.ts';
import { Api } from './versions.ts';

const host = 'kafka.example';

async function listen(
  t: TestContext,
  answer: (request: WireRequest) => WireAnswer,
  ip?: string,
  port?: number,
): Promise<WireBroker> {
  const broker = await WireBroker.listen(answer, ip, port);
  t.after(() => broker.close());
  return broker;
}

function newLinks(t: TestContext, lookup: () => readonly string[]): Links {
  const closing = new AbortController();
  t.after(() => closing.abort());
  return new Links({
    clientId: 'test',
    tls: undefined,
    authenticate: undefined,
    logger: silentLogger,
    reporter: new StatusReporter(() => {}),
    lookup: async () => lookup(),
    signal: closing.signal,
  });
}

/** A request by a connection of its own. */
async function ask(links: Links, port: number): Promise<void> {
  const { connection } = await links.to({ address: { host, port }, broker: 1 }, ownPurpose('fetch'), 5000);
  await connection.exchange({ apiKey: Api.fetch, apiVersion: 17, pieces: [], hasTags: true });
}

test('What a broker speaks is asked again once it has hung up without an answer', async (t) => {
  let asked = 0;
  let isOther = false;
  const { port } = await listen(t, ({ apiKey }) => {
    if (apiKey === Api.fetch) return isOther ? 'hangs up' : Buffer.alloc(8);
    asked += 1;
    return versionsAnswer();
  });
  const links = newLinks(t, () => ['127.0.0.1']);
  await links.to({ address: { host, port }, broker: 1 }, control, 5000);
  await ask(links, port);
  assert.equal(asked, 1, 'it is known');
  // The release is another one, and a proxy in between keeps the connection open on which it was asked.
  isOther = true;
  await assert.rejects(ask(links, port), NetworkFailure);
  await assert.rejects(ask(links, port), NetworkFailure);
  assert.equal(asked, 2);
});

test('An address that accepts and hangs up is passed over, though it is known what the broker speaks', async (t) => {
  const sane = await listen(t, () => versionsAnswer(), '127.0.0.12');
  const { port } = sane;
  const dead = await listen(t, () => 'hangs up', '127.0.0.11', port);
  dead.isDead = true;
  let addresses = ['127.0.0.12'];
  const links = newLinks(t, () => addresses);
  await links.to({ address: { host, port }, broker: 1 }, control, 5000);
  addresses = ['127.0.0.11', '127.0.0.12'];
  await assert.rejects(ask(links, port), NetworkFailure);
  await ask(links, port);
});
