/** OAUTHBEARER with a real provider of signed tokens: where they come from, that they end, and that the provider fails. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Events, type MutableResponse, type MutableToken, type OAuth2Server } from 'oauth2-mock-server';
import { pino } from 'pino';
import { call } from '../../../src/kafka/api.ts';
import { openLink } from '../../../src/kafka/cluster/link.ts';
import { metadataV12 } from '../../../src/kafka/codecs.ts';
import type { KafkaStatus } from '../../../src/kafka/contract.ts';
import { securityFrom } from '../../../src/kafka/security.ts';
import { parseAddress } from '../../../src/kafka/settings.ts';
import { uniqueTopic } from '../../support/unique.ts';
import { waitFor } from '../../support/wait.ts';
import { assertRefused, client, type GetCluster, refusal, roundTrip } from './attempt.ts';
import { audience, sessionMs } from './cluster.ts';

/** Shapes the provider's tokens until the test ends: those that the cluster takes, or with other claims. */
function issueTokens(t: TestContext, { service }: OAuth2Server, claims: Record<string, unknown> = {}): void {
  const shape = (token: MutableToken) =>
    Object.assign(token.payload, { sub: 'till', aud: audience, ...claims });
  service.on(Events.BeforeTokenSigning, shape);
  t.after(() => service.off(Events.BeforeTokenSigning, shape));
}

/** Answers the next requests for tokens with this, until it is called off. */
function answerWith(
  t: TestContext,
  { service }: OAuth2Server,
  statusCode: number,
  body: MutableResponse['body'],
) {
  const shape = (response: MutableResponse) => Object.assign(response, { statusCode, body });
  service.on(Events.BeforeResponse, shape);
  const off = () => service.off(Events.BeforeResponse, shape);
  t.after(off);
  return off;
}

export function tokenTests(get: GetCluster): void {
  const at = (properties: Record<string, string>) => ({
    'bootstrap.servers': get().broker.listeners.OAUTH!,
    'security.protocol': 'SASL_SSL',
    'ssl.ca.location': get().authority.certificate,
    'sasl.mechanism': 'OAUTHBEARER',
    ...properties,
  });
  const fetching = () =>
    at({
      'sasl.oauthbearer.token.endpoint.url': `${get().provider.issuer.url}/token`,
      'sasl.oauthbearer.client.id': 'till',
      'sasl.oauthbearer.client.secret': 'gehe1m',
      'sasl.oauthbearer.scope': 'kafka',
    });
  const signed = (claims: Record<string, unknown>) =>
    get().provider.issuer.buildToken({
      scopesOrTransform: (_header, payload) =>
        Object.assign(payload, { sub: 'till', aud: audience, ...claims }),
    });

  test('Client credentials', async (t) => {
    issueTokens(t, get().provider);
    await roundTrip(t, fetching());
  });

  test('Client credentials in a login module', async (t) => {
    issueTokens(t, get().provider);
    const endpoint = `${get().provider.issuer.url}/token`;
    const module = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule';
    const jaas = `${module} required clientId="till" clientSecret="gehe1m" scope="kafka" extension_team="films";`;
    await roundTrip(t, at({ 'sasl.oauthbearer.token.endpoint.url': endpoint, 'sasl.jaas.config': jaas }));
  });

  test('A token that is given', async (t) => {
    await roundTrip(t, at({ 'sasl.oauthbearer.token': await signed({}) }));
  });

  test('A token in a file', async (t) => {
    const file = join(get().authority.folder, 'token');
    await writeFile(file, `${await signed({})}\n`);
    await roundTrip(t, at({ 'sasl.oauthbearer.token.endpoint.url': pathToFileURL(file).href }));
    const missing = { 'sasl.oauthbearer.token.endpoint.url': 'file:///no/such/token' };
    await assertRefused(t, at(missing), /the token file \/no\/such\/token cannot be read/);
  });

  test('A token for another audience', async (t) => {
    const token = await signed({ aud: 'another-cluster' });
    const message =
      /OAUTHBEARER failed for subject "till": the broker says .* Check that the brokers trust the issuer/;
    await assertRefused(t, at({ 'sasl.oauthbearer.token': token }), message);
  });

  test('A token that has expired is not even shown to the broker', async (t) => {
    const token = await signed({ exp: 1_700_000_000 });
    const message = /sasl\.oauthbearer\.token expired at 2023-11-14T22:13:20\.000Z\. Set a new one/;
    await assertRefused(t, at({ 'sasl.oauthbearer.token': token }), message);
  });

  test('A provider that refuses the client', async (t) => {
    answerWith(t, get().provider, 401, { error: 'invalid_client', error_description: 'unknown client' });
    const message =
      /failed for client "till": the token endpoint \S+ gives no token: invalid_client \(unknown client\)/;
    await assertRefused(t, fetching(), message);
  });

  test('A provider that is not well, or not there, may come back', async (t) => {
    const recover = answerWith(t, get().provider, 503, '');
    const unwell = await refusal(t, fetching());
    assert.equal(unwell.name, 'UnreachableError');
    assert.match(unwell.message, /The token endpoint \S+ is not well: HTTP status 503/);
    recover();
    const nobody = { ...fetching(), 'sasl.oauthbearer.token.endpoint.url': 'http://127.0.0.1:1/token' };
    assert.match(
      (await refusal(t, nobody)).message,
      /token endpoint http:\/\/127\.0\.0\.1:1\/token cannot be reached/,
    );
  });

  test('A connection in use is authenticated anew before its session ends', async (t) => {
    const { tls, authenticate } = securityFrom(
      at({ 'sasl.oauthbearer.token': await signed({}) }),
      assert.ifError,
    );
    let sessions = 0;
    let prepared = 0;
    // The renewal waits for its token as for an identity provider that is slow.
    const slow = Promise.withResolvers<void>();
    const { connection } = await openLink({
      address: parseAddress(get().broker.listeners.OAUTH!),
      tls: tls?.(),
      clientId: 'sluice',
      connectTimeout: 10_000,
      requestTimeout: 10_000,
      async authenticate(host) {
        prepared += 1;
        if (prepared === 2) await slow.promise;
        const prove = await authenticate!(host);
        return async (ready) => {
          const session = await prove(ready);
          assert.ok(session.sessionLifetimeMs > 0 && session.sessionLifetimeMs <= sessionMs);
          sessions++;
          return session;
        };
      },
    });
    t.after(() => connection.close());
    await waitFor(() => prepared === 2);
    await call(connection, metadataV12.api, [], false, false);
    assert.equal(sessions, 1, 'what is in use does not wait for a token');
    slow.resolve();
    await waitFor(() => sessions === 3);
    const { brokers } = await call(connection, metadataV12.api, [], false, false);
    assert.equal(brokers.length, 1);
  });

  test('Sessions and tokens that end are renewed without a break, while the provider fails too', async (t) => {
    const { provider } = get();
    const lifetime = 3;
    issueTokens(t, provider);
    const answers: number[] = [];
    const shape = (response: MutableResponse) => {
      // Every second answer is a failure: the last token must do meanwhile.
      if (answers.length % 2 === 1) Object.assign(response, { statusCode: 500, body: '' });
      else if (response.body !== '') response.body.expires_in = lifetime;
      answers.push(response.statusCode);
    };
    const shorten = (token: MutableToken) => {
      token.payload.exp = Math.ceil(Date.now() / 1000) + lifetime;
    };
    provider.service.on(Events.BeforeResponse, shape).on(Events.BeforeTokenSigning, shorten);
    t.after(() => provider.service.off(Events.BeforeResponse, shape).off(Events.BeforeTokenSigning, shorten));
    const told: KafkaStatus[] = [];
    const kafka = client(t, fetching(), { giveUpAfter: 30_000, onStatus: (status) => told.push(status) });
    const topic = uniqueTopic('sessions');
    await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    const producer = kafka.producer();
    let appended = 0;
    await waitFor(async () => {
      await producer.append(topic, 0, { value: Buffer.alloc(1000) });
      appended++;
      return answers.filter((status) => status === 200).length >= 3;
    });
    assert.ok(answers.includes(500));
    assert.equal((await kafka.offsets(topic, 'latest')).get(0), appended);
    assert.deepEqual(
      told.filter(({ state }) => state === 'unreachable'),
      [],
    );
  });

  test('Sessions end while records are written and read, and no connection does', async (t) => {
    issueTokens(t, get().provider);
    const log: string[] = [];
    const logger = pino({ level: 'debug' }, { write: (line) => log.push(JSON.parse(line).msg) });
    const kafka = client(t, fetching(), { giveUpAfter: 30_000, logger });
    const topic = uniqueTopic('sessions');
    await kafka.createTopic({ name: topic, partitions: 2, replicationFactor: 1 });
    const producer = kafka.producer({ bufferBytes: 500_000 });
    const group = topic;
    const read = [0, 1].map((): number[] => []);
    const consumer = kafka.consumer({ topic, group });
    const reading = (async () => {
      for await (const { partition, records, nextOffset, release } of consumer) {
        for (const { value } of records) read[partition]!.push(Buffer.from(value!).readInt32BE());
        release();
        await consumer.commit(new Map([[partition, { offset: nextOffset, metadata: '' }]]));
      }
    })();
    reading.catch(() => {});
    let sent = 0;
    const began = performance.now();
    // The sessions of all connections end several times meanwhile.
    await waitFor(
      async () => {
        await producer.ready();
        for (const partition of [0, 1]) {
          const value = Buffer.alloc(20_000);
          value.writeInt32BE(sent);
          producer.append(topic, partition, { value }).catch(() => {});
        }
        sent += 1;
        return performance.now() - began > 3.5 * sessionMs;
      },
      { interval: 5 },
    );
    await producer.close();
    const numbers = [...Array(sent).keys()];
    await waitFor(() => read.every(({ length }) => length >= sent));
    assert.deepEqual(read, [numbers, numbers]);
    const ends = log.filter((line) => /the broker closed|no answer|ECONN|heartbeat/.test(line));
    assert.deepEqual(ends, [], 'every connection lasts');
    await consumer.close();
    await reading;
  });
}
