/** TLS with and without certificates of the client, and every way to get it wrong. */
import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { openssl } from '../../support/certificates.ts';
import { assertRefused, client, type GetCluster, refusal, roundTrip, secrets } from './attempt.ts';

export function tlsTests(get: GetCluster): void {
  const at = (listener: string, properties: Record<string, string> = {}) => ({
    'bootstrap.servers': get().broker.listeners[listener]!,
    'security.protocol': 'SSL',
    ...properties,
  });
  const trusting = (listener: string, properties: Record<string, string> = {}) =>
    at(listener, { 'ssl.ca.location': get().authority.certificate, ...properties });

  test('TLS with the authority of a file, by the name of librdkafka', async (t) => {
    await roundTrip(t, trusting('TLS'));
  });

  test('TLS with the authority of a file, by the names of Kafka', async (t) => {
    const location = get().authority.certificate;
    await roundTrip(t, at('TLS', { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': location }));
  });

  test('TLS with the authority as text on one line', async (t) => {
    const text = (await readFile(get().authority.certificate, 'utf8')).replaceAll('\n', ' ');
    await roundTrip(t, at('TLS', { 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': text }));
  });

  test('Mutual TLS with certificate and key in files', async (t) => {
    const { certificate, key } = get().client;
    await roundTrip(
      t,
      trusting('MUTUAL', { 'ssl.certificate.location': certificate, 'ssl.key.location': key }),
    );
  });

  test('Mutual TLS with certificate and key as text', async (t) => {
    const [certificate, key] = await Promise.all(
      [get().client.certificate, get().client.key].map((file) => readFile(file, 'utf8')),
    );
    const text = { 'ssl.keystore.certificate.chain': certificate!, 'ssl.keystore.key': key! };
    await roundTrip(t, trusting('MUTUAL', text));
  });

  test('Mutual TLS with a PEM keystore whose key is encrypted', async (t) => {
    const { certificate, key } = get().client;
    const folder = get().authority.folder;
    const encrypted = join(folder, 'encrypted.key');
    const store = join(folder, 'encrypted.both.pem');
    await openssl('pkcs8', '-topk8', '-in', key, '-out', encrypted, '-passout', 'pass:gehe1m');
    await writeFile(store, (await readFile(encrypted, 'utf8')) + (await readFile(certificate, 'utf8')));
    const keystore = { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': store };
    await roundTrip(t, trusting('MUTUAL', { ...keystore, 'ssl.key.password': 'gehe1m' }));
    const error = await refusal(t, trusting('MUTUAL', { ...keystore, 'ssl.key.password': 'gehe1m!' }));
    assert.equal(error.name, 'ConfigurationError');
    assert.match(error.message, /Set ssl\.key\.password to the password of the private key/);
  });

  test('Mutual TLS with a PKCS12 keystore', async (t) => {
    const { certificate, key } = get().client;
    const store = join(get().authority.folder, 'client.p12');
    await openssl(
      'pkcs12',
      '-export',
      '-in',
      certificate,
      '-inkey',
      key,
      '-out',
      store,
      '-passout',
      'pass:gehe1m',
    );
    const keystore = { 'ssl.keystore.type': 'PKCS12', 'ssl.keystore.location': store };
    await roundTrip(t, trusting('MUTUAL', { ...keystore, 'ssl.keystore.password': 'gehe1m' }));
    const error = await refusal(t, trusting('MUTUAL', { ...keystore, 'ssl.keystore.password': 'gehe1m!' }));
    assert.equal(error.name, 'ConfigurationError');
    assert.match(error.message, /Set ssl\.keystore\.password to the password of the keystore/);
  });

  test('A broker that wants a certificate of the client says so', async (t) => {
    await assertRefused(t, trusting('MUTUAL'), /client certificates, give one with ssl\.keystore\.location/);
  });

  test('A certificate of the client that the broker does not trust', async (t) => {
    const { certificate, key } = await get().foreign.issue('stranger');
    const keystore = { 'ssl.certificate.location': certificate, 'ssl.key.location': key };
    await assertRefused(t, trusting('MUTUAL', keystore), /the broker refuses our side of TLS/);
  });

  test('A certificate of the client that was renewed in its files is shown by the next connection', async (t) => {
    const expired = await get().authority.issue('expired', [], -1);
    const [certificate, key] = ['shown.pem', 'shown.key'].map((name) => join(get().authority.folder, name));
    const show = (other: typeof expired) =>
      Promise.all([copyFile(other.certificate, certificate!), copyFile(other.key, key!)]);
    await show(expired);
    const files = { 'ssl.certificate.location': certificate!, 'ssl.key.location': key! };
    const kafka = client(t, trusting('MUTUAL', files));
    await assert.rejects(kafka.describeCluster(), { kind: 'authentication' });
    await show(get().client);
    await kafka.describeCluster();
  });

  test('A broker whose authority is not trusted', async (t) => {
    const message = /not signed by a trusted authority .* ssl\.truststore\.location or ssl\.ca\.location/;
    await assertRefused(t, at('TLS'), message);
    await assertRefused(t, at('TLS', { 'ssl.ca.location': get().foreign.certificate }), message);
  });

  test('A certificate for another host, unless the check of names is off', async (t) => {
    const message = /not for this host name\. .* ssl\.endpoint\.identification\.algorithm/;
    await assertRefused(t, trusting('MISNAMED'), message);
    await roundTrip(t, trusting('MISNAMED', { 'ssl.endpoint.identification.algorithm': '' }));
  });

  test('A certificate that its authority has revoked', async (t) => {
    const { authority, server, client: other } = get();
    const others = await authority.revoke('others', [other]);
    const own = await authority.revoke('own', [server]);
    await roundTrip(t, trusting('TLS', { 'ssl.crl.location': others }));
    const text = (await readFile(own, 'utf8')).replaceAll('\n', ' ');
    for (const list of [{ 'ssl.crl.location': own }, { 'ssl.crl.pem': text }])
      await assertRefused(t, trusting('TLS', list), /certificate .*revoked/);
    const none = await refusal(t, trusting('TLS', { 'ssl.crl.location': server.certificate }));
    assert.equal(none.name, 'ConfigurationError');
    assert.match(none.message, /^ssl\.crl\.location holds no PEM x509 crl/);
  });

  test('Properties of security that change nothing are named in the log, with none of their values', async (t) => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    const unheeded = { 'ssl.engine.factory.class': 'gehe1m', 'sasl.kerberos.kinit.cmd': 'gehe1m' };
    await client(t, trusting('TLS', unheeded), { logger }).describeCluster();
    assert.equal(lines.length, 1);
    const { msg, properties } = JSON.parse(lines[0] ?? '{}') as { msg: string; properties: string[] };
    assert.match(msg, /properties of security that Sluice does not heed/);
    assert.deepEqual(properties, Object.keys(unheeded));
    assert.doesNotMatch(lines.join(), secrets);
  });

  test('Plaintext to a TLS port', async (t) => {
    const properties = { 'bootstrap.servers': get().broker.listeners.TLS! };
    await assertRefused(t, properties, /this port speaks TLS\. Set security\.protocol to SSL or SASL_SSL/);
  });

  test('TLS to a plaintext port', async (t) => {
    const error = await refusal(t, {
      ...trusting('TLS'),
      'bootstrap.servers': get().broker.bootstrapServers,
    });
    assert.equal(error.name, 'UnreachableError');
    assert.match(error.message, /security\.protocol/);
  });
}
