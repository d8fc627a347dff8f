import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientProperties } from '../properties.ts';
import { saslCredentials } from './credentials.ts';
import { securityProtocol } from './protocol.ts';

const kafka = 'org.apache.kafka.common.security';
const endpoint = 'https://idp.example.com/token';

test("A user's password by the names of librdkafka", () => {
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const properties = { 'sasl.mechanism': mechanism, 'sasl.username': 'till', 'sasl.password': 'geheim' };
    assert.deepEqual(saslCredentials(properties), { mechanism, username: 'till', password: 'geheim' });
  }
});

test("A user's password by the names of Kafka", () => {
  const properties = {
    'sasl.mechanism': 'scram-sha-512',
    'sasl.jaas.config': `${kafka}.scram.ScramLoginModule required username="till" password="ge,h=eim";`,
  };
  const credentials = { mechanism: 'SCRAM-SHA-512', username: 'till', password: 'ge,h=eim' };
  assert.deepEqual(saslCredentials(properties), credentials);
});

const grant = { kind: 'client-credentials', clientId: 'till', clientSecret: 'geheim', scope: 'kafka' };

const grants: readonly [names: string, properties: ClientProperties][] = [
  [
    'librdkafka',
    {
      'sasl.oauthbearer.method': 'oidc',
      'sasl.oauthbearer.client.id': 'till',
      'sasl.oauthbearer.client.secret': 'geheim',
      'sasl.oauthbearer.scope': 'kafka',
    },
  ],
  [
    'Kafka since 4.1',
    {
      'sasl.oauthbearer.client.credentials.client.id': 'till',
      'sasl.oauthbearer.client.credentials.client.secret': 'geheim',
      'sasl.oauthbearer.scope': 'kafka',
    },
  ],
  [
    'Kafka before 4.1',
    {
      'sasl.login.callback.handler.class': `${kafka}.oauthbearer.OAuthBearerLoginCallbackHandler`,
      'sasl.jaas.config': `${kafka}.oauthbearer.OAuthBearerLoginModule required clientId="till" clientSecret="geheim" scope="kafka";`,
    },
  ],
];

for (const [names, properties] of grants) {
  test(`Client credentials by the names of ${names}`, () => {
    const credentials = saslCredentials({
      'sasl.mechanism': 'OAUTHBEARER',
      'sasl.oauthbearer.token.endpoint.url': endpoint,
      ...properties,
    });
    const source = { ...grant, endpoint: new URL(endpoint), encode: false };
    assert.deepEqual(credentials, { mechanism: 'OAUTHBEARER', source, extensions: new Map() });
  });
}

test('A token that is given, and one in a file', () => {
  const given = saslCredentials({ 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.token': 'a.b.c' });
  assert.deepEqual('source' in given && given.source, { kind: 'given', token: 'a.b.c' });
  const url = 'file:///run/secrets/token';
  const file = saslCredentials({
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.oauthbearer.token.endpoint.url': url,
  });
  assert.deepEqual('source' in file && file.source, { kind: 'file', file: new URL(url) });
});

test('Extensions by both names', () => {
  const credentials = saslCredentials({
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.oauthbearer.token': 'a.b.c',
    'sasl.oauthbearer.extensions': 'identityPoolId=pool-1, traceId=1=2',
    'sasl.jaas.config': `${kafka}.oauthbearer.OAuthBearerLoginModule required extension_logicalCluster="lkc-1";`,
  });
  assert.deepEqual('extensions' in credentials && Object.fromEntries(credentials.extensions), {
    logicalCluster: 'lkc-1',
    identityPoolId: 'pool-1',
    traceId: '1=2',
  });
});

test('MSK IAM, by its own name and under that of OAUTHBEARER', () => {
  const own = {
    'sasl.mechanism': 'AWS_MSK_IAM',
    'sasl.jaas.config': 'software.amazon.msk.auth.iam.IAMLoginModule required awsProfileName="films";',
  };
  assert.deepEqual(saslCredentials(own), { mechanism: 'AWS_MSK_IAM', profile: 'films' });
  const standard = {
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.jaas.config': `${kafka}.oauthbearer.OAuthBearerLoginModule required;`,
    'sasl.login.callback.handler.class': 'software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler',
  };
  assert.deepEqual(saslCredentials(standard), { mechanism: 'AWS_MSK_IAM', profile: undefined });
});

const plain = `${kafka}.plain.PlainLoginModule required username="till" password="geheim";`;
const refused: readonly [properties: ClientProperties, reason: RegExp][] = [
  [{}, /^sasl\.mechanism is missing\. Write one of PLAIN, SCRAM-SHA-256/],
  [{ 'sasl.mechanism': 'GSSAPI' }, /^sasl\.mechanism is "GSSAPI", which Sluice does not speak/],
  [{ 'sasl.mechanism': 'PLAIN' }, /there is no username\. Set sasl\.username, or username="\.\.\."/],
  [{ 'sasl.mechanism': 'PLAIN', 'sasl.username': 'till' }, /there is no password\. Set sasl\.password/],
  [{ 'sasl.mechanism': 'PLAIN', 'sasl.username': 'a\0b', 'sasl.password': 'geheim' }, /NUL/],
  [
    { 'sasl.mechanism': 'SCRAM-SHA-256', 'sasl.jaas.config': plain },
    /has PlainLoginModule, which is for PLAIN/,
  ],
  [
    { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': 'a.b.C required;' },
    /login module C, which Sluice does not know/,
  ],
  [
    { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': plain, 'sasl.password': 'geheim2' },
    /^sasl\.password and sasl\.jaas\.config give different values/,
  ],
  [{ 'sasl.mechanism': 'OAUTHBEARER' }, /sasl\.oauthbearer\.token\.endpoint\.url is missing/],
  [
    { 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.token.endpoint.url': 'idp' },
    /is no http, https or file/,
  ],
  [
    { 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.token.endpoint.url': endpoint },
    /there is no clientId/,
  ],
  [
    {
      'sasl.mechanism': 'OAUTHBEARER',
      'sasl.oauthbearer.token.endpoint.url': endpoint,
      'sasl.oauthbearer.client.id': 'till',
    },
    /there is no clientSecret\. Set sasl\.oauthbearer\.client\.secret/,
  ],
  [
    {
      'sasl.mechanism': 'OAUTHBEARER',
      'sasl.oauthbearer.token.endpoint.url': 'https://till:geheim@idp/token',
    },
    /holds a user name or password/,
  ],
  [
    {
      'sasl.mechanism': 'OAUTHBEARER',
      'sasl.oauthbearer.token.endpoint.url': endpoint,
      'sasl.oauthbearer.token': 'geheim',
    },
    /are both set/,
  ],
  [{ 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.token': 'geheim geheim' }, /holds spaces/],
  [
    {
      'sasl.mechanism': 'OAUTHBEARER',
      'sasl.oauthbearer.token': 'geheim',
      'sasl.oauthbearer.extensions': 'auth=geheim',
    },
    /The SASL extension "auth" is not allowed/,
  ],
  [
    {
      'sasl.mechanism': 'AWS_MSK_IAM',
      'sasl.jaas.config': 'software.amazon.msk.auth.iam.IAMLoginModule required awsRoleArn="arn:1";',
    },
    /Put role_arn into a profile/,
  ],
];

for (const [properties, reason] of refused) {
  test(`Refused, without a secret: ${JSON.stringify(properties)}`, () => {
    assert.throws(
      () => saslCredentials(properties),
      (error: Error) =>
        error.name === 'ConfigurationError' && reason.test(error.message) && !/geheim/.test(error.message),
    );
  });
}

test('The protocol is read in any case, and is PLAINTEXT when it is not set', () => {
  assert.equal(securityProtocol({}), 'PLAINTEXT');
  assert.equal(securityProtocol({ 'security.protocol': 'sasl_ssl' }), 'SASL_SSL');
  const unused = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN', 'ssl.ca.location': '' };
  assert.equal(securityProtocol(unused), 'SASL_PLAINTEXT');
});

const contradictions: readonly [properties: ClientProperties, reason: RegExp][] = [
  [{ 'security.protocol': 'TLS' }, /"TLS", which does not exist\. Write one of PLAINTEXT, SSL/],
  [
    { 'sasl.password': 'geheim' },
    /not set, hence PLAINTEXT.* Set security\.protocol=SASL_SSL or SASL_PLAINTEXT/,
  ],
  [
    { 'security.protocol': 'SSL', 'sasl.mechanism': 'PLAIN' },
    /is SSL, .* Set security\.protocol=SASL_SSL, or remove/,
  ],
  [
    { 'ssl.truststore.location': 'ca.pem' },
    /Set security\.protocol=SSL, or remove ssl\.truststore\.location/,
  ],
  [
    { 'security.protocol': 'SASL_PLAINTEXT', 'ssl.ca.location': 'ca.pem' },
    /Set security\.protocol=SASL_SSL, or/,
  ],
];

for (const [properties, reason] of contradictions) {
  test(`A contradiction: ${JSON.stringify(properties)}`, () => {
    assert.throws(() => securityProtocol(properties), { name: 'ConfigurationError', message: reason });
  });
}
