/** Brokers that are not who they say: SECURITY.md, "Who stands between us and the brokers". Others are in test/integration/security. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { createServer, type TlsOptions } from 'node:tls';
import { refusal } from '../integration/security/attempt.ts';
import { type Authority, makeAuthority, openssl } from '../support/certificates.ts';

/** A server that speaks TLS and counts what it is told behind the handshake. */
async function listen(t: TestContext, options: TlsOptions) {
  const heard = { bytes: 0, secured: 0 };
  const server = createServer(options, (socket) => {
    heard.secured += 1;
    socket.on('error', () => {});
    socket.on('data', ({ length }) => {
      heard.bytes += length;
    });
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

describe('TLS', () => {
  let authority: Authority;
  before(async () => {
    authority = await makeAuthority('sluice-refusals');
  });
  after(() => authority.remove());

  const trusting = (address: string) => ({
    'bootstrap.servers': address,
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'PLAIN',
    'sasl.username': 'till',
    'sasl.password': 'gehe1m',
    'ssl.ca.location': authority.certificate,
  });

  const keyed = async (name: string) => ({
    cert: await readFile(join(authority.folder, `${name}.pem`)),
    key: await readFile(join(authority.folder, `${name}.key`)),
  });

  test('A certificate that has expired is refused, and no password is sent', async (t) => {
    await authority.issue('expired', ['IP:127.0.0.1'], -1);
    const { address, heard } = await listen(t, await keyed('expired'));
    const error = await refusal(t, trusting(address));
    assert.equal(error.kind, 'authentication', error.message);
    assert.match(error.message, /expired/i);
    assert.equal(heard.bytes, 0);
  });

  test('A certificate that nobody but itself has signed is refused, and no password is sent', async (t) => {
    const [certificate, key] = ['self.pem', 'self.key'].map((name) => join(authority.folder, name));
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = ['-keyout', key!, '-out', certificate!];
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      ...names,
      ...made,
    );
    const { address, heard } = await listen(t, await keyed('self'));
    const error = await refusal(t, trusting(address));
    assert.equal(error.kind, 'authentication', error.message);
    assert.match(error.message, /not signed by a trusted authority/);
    assert.equal(heard.bytes, 0);
  });

  test('A server that speaks nothing newer than TLS 1.1 is refused, and no password is sent', async (t) => {
    await authority.issue('old', ['IP:127.0.0.1']);
    const old: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    const { address, heard } = await listen(t, { ...(await keyed('old')), ...old });
    const error = await refusal(t, trusting(address));
    assert.match(error.message, /TLS|protocol/i);
    assert.deepEqual(heard, { bytes: 0, secured: 0 });
  });

  test('A certificate of the right authority for the right name is taken: what is refused above is refused for its reason', async (t) => {
    await authority.issue('good', ['IP:127.0.0.1']);
    const { address, heard } = await listen(t, await keyed('good'));
    await refusal(t, trusting(address));
    assert.ok(heard.secured >= 1 && heard.bytes > 0);
  });
});
