/**
 * Properties of security, by all names that clients of Kafka know: one that is set changes how the client connects, is refused, or is told
 * to whoever has set it. None is passed over in silence.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createKafka } from '../../src/kafka/client.ts';
import type { ClientProperties } from '../../src/kafka/properties.ts';
import { saslCredentials } from '../../src/kafka/security/credentials.ts';
import { securityFrom } from '../../src/kafka/security.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

const base: ClientProperties = { 'bootstrap.servers': '127.0.0.1:1' };
const bases: readonly ClientProperties[] = [
  { ...base, 'security.protocol': 'SSL' },
  {
    ...base,
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'PLAIN',
    'sasl.username': 'me',
    'sasl.password': 'secret',
  },
  {
    ...base,
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.oauthbearer.token.endpoint.url': 'https://127.0.0.1:1/token',
    'sasl.oauthbearer.client.id': 'me',
    'sasl.oauthbearer.client.secret': 'secret',
  },
];

/** What anybody may write: of one that Sluice heeds something that is not its default. */
const written: Readonly<Record<string, readonly string[]>> = {
  'ssl.enabled.protocols': ['TLSv1.2', 'TLSv1.3', 'SSLv3'],
  'ssl.protocol': ['TLSv1.3', 'TLSv1.2'],
  'ssl.cipher.suites': ['TLS_AES_256_GCM_SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'NONE'],
  'ssl.crl.location': ['/nowhere/crl.pem'],
  'ssl.crl.pem': ['nonsense'],
  'ssl.truststore.location': ['/nowhere/ca.pem'],
  'ssl.ca.location': ['/nowhere/ca.pem'],
  'ssl.keystore.location': ['/nowhere/client.p12'],
  'ssl.certificate.location': ['/nowhere/client.pem'],
  'ssl.endpoint.identification.algorithm': ['', 'none', 'x'],
};

/** Of Apache Kafka's client ("Client Configs") and of librdkafka; none of these does anything here. */
const others = [
  'ssl.engine.factory.class',
  'ssl.keymanager.algorithm',
  'ssl.trustmanager.algorithm',
  'ssl.provider',
  'ssl.providers',
  'ssl.secure.random.implementation',
  'ssl.curves.list',
  'ssl.sigalgs.list',
  'ssl.engine.location',
  'sasl.kerberos.service.name',
  'sasl.kerberos.kinit.cmd',
  'sasl.kerberos.keytab',
  'sasl.client.callback.handler.class',
  'sasl.login.class',
  'sasl.login.connect.timeout.ms',
  'sasl.login.read.timeout.ms',
  'sasl.login.refresh.window.factor',
  'sasl.login.retry.backoff.ms',
  'sasl.oauthbearer.jwks.endpoint.url',
  'sasl.oauthbearer.expected.audience',
  'sasl.oauthbearer.clock.skew.seconds',
  'enable.ssl.certificate.verification',
];

/** What is made of properties, and what is said of them. */
function seen(properties: ClientProperties): string {
  const said: string[] = [];
  const logger = pino(
    { level: 'warn' },
    { write: (line: string) => void said.push(line.replace(/"time":\d+/, '')) },
  );
  try {
    const { tls, authenticate } = securityFrom(properties, assert.ifError);
    const credentials = authenticate === undefined ? undefined : saslCredentials(properties);
    void createKafka({ properties, logger }).close();
    const text = (value: unknown): unknown => (typeof value === 'function' ? 'a function' : value);
    return JSON.stringify([tls?.(), credentials, said], (_, value) => text(value));
  } catch (error) {
    return String(error);
  }
}

test('No property of security is passed over in silence', () => {
  const property = fc.oneof(
    fc
      .constantFrom(...Object.keys(written))
      .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...written[name]!))),
    fc.tuple(fc.constantFrom(...others), fc.constantFrom('x', '1000', 'false')),
    // Of a release to come.
    fc.tuple(
      fc
        .tuple(fc.constantFrom('ssl', 'sasl'), fc.stringMatching(/^[a-z]{3,8}(\.[a-z]{3,8}){0,2}$/))
        .map(([family, rest]) => `${family}.${rest}`),
      fc.constantFrom('x', '1'),
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...bases), property, (before, [name, value]) => {
      if (name in before) return;
      assert.notEqual(
        seen({ ...before, [name]: value }),
        seen(before),
        `${name}=${value} is passed over in silence`,
      );
    }),
    parameters({ numRuns: 200, seed: 161 }),
  );
});
