import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type Authority,
  type Certificate,
  makeAuthority,
  openssl,
} from '../../../test/support/certificates.ts';
import { tlsOptions } from './tls.ts';

describe('The ssl.* properties', () => {
  let authority: Authority;
  let client: Certificate;
  const file = (name: string) => join(authority.folder, name);
  before(async () => {
    authority = await makeAuthority('sluice-test');
    client = await authority.issue('client');
  });
  after(() => authority?.remove());

  test('Without any, the authorities that Node knows are trusted, and names are checked', () => {
    assert.deepEqual(tlsOptions({}), {});
    assert.deepEqual(tlsOptions({ 'ssl.endpoint.identification.algorithm': 'HTTPS' }), {});
  });

  test('An empty algorithm turns the check of the name off, and only that', () => {
    for (const algorithm of ['', 'none']) {
      const { checkServerIdentity, ...others } = tlsOptions({
        'ssl.endpoint.identification.algorithm': algorithm,
      });
      assert.deepEqual(others, {});
      assert.equal(typeof checkServerIdentity, 'function');
    }
  });

  test('PEM text on one line means the same as the file', async () => {
    const text = await readFile(authority.certificate, 'utf8');
    const { ca } = tlsOptions({ 'ssl.truststore.certificates': text.replaceAll('\n', ' ') });
    assert.equal(ca, text);
  });

  const refused: readonly [
    what: string,
    properties: () => Promise<Record<string, string>>,
    message: RegExp,
  ][] = [
    [
      'a file that is not there',
      async () => ({ 'ssl.ca.location': 'no/ca.pem' }),
      /^ssl\.ca\.location names no\/ca\.pem, which cannot be read \(ENOENT/,
    ],
    [
      'a truststore of JKS',
      async () => {
        await writeFile(file('trust.jks'), Buffer.from('feedfeed00000002', 'hex'));
        return { 'ssl.truststore.location': file('trust.jks'), 'ssl.truststore.type': 'JKS' };
      },
      /is a JKS truststore .* Convert it with "keytool -list -rfc -keystore \S+trust\.jks > ca\.pem"/,
    ],
    [
      'a truststore of PKCS12',
      async () => {
        const store = file('trust.p12');
        await openssl(
          'pkcs12',
          '-export',
          '-nokeys',
          '-in',
          authority.certificate,
          '-out',
          store,
          '-passout',
          'pass:x',
        );
        return { 'ssl.truststore.location': store, 'ssl.truststore.password': 'x' };
      },
      /is a PKCS12 truststore .* Convert it with "keytool -list -rfc/,
    ],
    [
      'a keystore of JKS',
      async () => {
        await writeFile(file('client.jks'), Buffer.from('feedfeed00000002', 'hex'));
        return { 'ssl.keystore.location': file('client.jks') };
      },
      /is a JKS keystore .* Convert it with "keytool -importkeystore .* -deststoretype PKCS12"/,
    ],
    [
      'a type that the file is not of',
      async () => ({ 'ssl.keystore.location': client.both, 'ssl.keystore.type': 'PKCS12' }),
      /^ssl\.keystore\.type is PKCS12, but \S+ is PEM\. Set ssl\.keystore\.type=PEM/,
    ],
    [
      'a file of nothing known',
      async () => {
        await writeFile(file('nothing'), 'hello');
        return { 'ssl.keystore.location': file('nothing') };
      },
      /is neither PEM nor PKCS12 nor JKS/,
    ],
    [
      'a key where a certificate belongs',
      async () => ({ 'ssl.ca.location': client.key }),
      /^ssl\.ca\.location holds no PEM certificate/,
    ],
    [
      'a keystore without a key',
      async () => ({ 'ssl.keystore.location': client.certificate }),
      /^ssl\.keystore\.location holds no PEM private key/,
    ],
    [
      'a certificate without its key',
      async () => ({ 'ssl.certificate.location': client.certificate }),
      /the client's key is not\. Set ssl\.key\.location or ssl\.keystore\.key/,
    ],
    [
      'a key without its certificate',
      async () => ({ 'ssl.key.location': client.key }),
      /the client's certificate is not\. Set ssl\.certificate\.location/,
    ],
    [
      'the key of another certificate',
      async () => {
        const other = await authority.issue('other');
        return { 'ssl.certificate.location': client.certificate, 'ssl.key.location': other.key };
      },
      /The private key is not that of the client's certificate/,
    ],
    [
      'an encrypted key without its password',
      async () => {
        await openssl('pkcs8', '-topk8', '-in', client.key, '-out', file('secret.key'), '-passout', 'pass:x');
        return { 'ssl.certificate.location': client.certificate, 'ssl.key.location': file('secret.key') };
      },
      /Set ssl\.key\.password to the password of the private key/,
    ],
    [
      'two names for the same thing',
      async () => ({
        'ssl.ca.location': authority.certificate,
        'ssl.truststore.location': authority.certificate,
      }),
      /^ssl\.truststore\.location and ssl\.ca\.location are both set and mean the same/,
    ],
    [
      'two places for the same thing',
      async () => ({ 'ssl.keystore.location': client.both, 'ssl.key.location': client.key }),
      /^ssl\.keystore\.location and ssl\.key\.location are both set/,
    ],
    [
      'a certificate that is cut short',
      async () => ({ 'ssl.ca.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n' }),
      /^ssl\.ca\.pem holds no PEM certificate, from a line .* to its END line/,
    ],
    [
      'a certificate that is damaged',
      async () => ({ 'ssl.ca.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' }),
      /^ssl\.ca\.pem holds a certificate that is damaged/,
    ],
    [
      'an algorithm that does not exist',
      async () => ({ 'ssl.endpoint.identification.algorithm': 'ldap' }),
      /is "ldap", which does not exist\. Write https/,
    ],
  ];

  test('Of wrong passwords those are told too of which OpenSSL says that what it reads is not supported', async () => {
    await openssl(
      'pkcs8',
      '-topk8',
      '-in',
      client.key,
      '-out',
      file('known.key'),
      '-iter',
      '1',
      '-passout',
      'pass:x',
    );
    const given = { 'ssl.certificate.location': client.certificate, 'ssl.key.location': file('known.key') };
    const said = new Set<string>();
    for (let number = 0; number < 5000 && !said.has('unsupported'); number += 1)
      assert.throws(
        () => tlsOptions({ ...given, 'ssl.key.password': `wrong-${number}` }),
        ({ message }: Error) => {
          said.add(/::(bad decrypt|unsupported)/.exec(message)?.[1] ?? message);
          return /Set ssl\.key\.password to the password of the private key/.test(message);
        },
      );
    assert.ok(said.has('unsupported'));
  });

  for (const [what, properties, message] of refused) {
    test(`Refused: ${what}`, async () => {
      const given = await properties();
      assert.throws(() => tlsOptions(given), { name: 'ConfigurationError', message });
    });
  }
});
