/** Who asks is known by Microsoft Entra: a managed identity, over TLS, as machines and containers in Azure have it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { openAzureStore } from '../../src/stores/azure/client.ts';
import { AzureReader } from '../../src/stores/azure/reader.ts';
import { startAzure } from '../support/azure.ts';
import { makeAuthority } from '../support/certificates.ts';
import { Scope } from '../support/owner.ts';

const scope = new Scope();
after(() => scope.close());

/** As Azure's own, but for whom it is signed by. */
function tokenFor(seconds: number): { readonly token: string; readonly expires: number } {
  const now = Math.floor(Date.now() / 1000);
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/',
    iat: now - 60,
    nbf: now - 60,
    exp: now + seconds,
  };
  return { token: `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.x`, expires: now + seconds };
}

test('A managed identity is asked for a token, once for many requests', async (t) => {
  const authority = await makeAuthority('House');
  t.after(() => authority.remove());
  setDefaultCACertificates([...getCACertificates(), await readFile(authority.certificate, 'utf8')]);
  const azure = await startAzure(scope, await authority.issue('store', ['IP:127.0.0.1']));
  const container = await azure.container();
  await container.getBlockBlobClient('a').upload('x', 1);
  let asked = 0;
  const identity = createServer((request, response) => {
    asked++;
    assert.equal(request.headers['x-identity-header'], 'secret-of-the-machine');
    const { token, expires } = tokenFor(3600);
    const said = {
      access_token: token,
      expires_on: String(expires),
      resource: 'https://storage.azure.com',
      token_type: 'Bearer',
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => void identity.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    identity.closeAllConnections();
    identity.close();
  });
  for (const name of Object.keys(process.env)) if (name.startsWith('AZURE_')) delete process.env[name];
  Object.assign(process.env, {
    IDENTITY_ENDPOINT: `http://127.0.0.1:${(identity.address() as { port: number }).port}/token`,
    IDENTITY_HEADER: 'secret-of-the-machine',
  });
  const place = {
    store: 'azure',
    container: container.containerName,
    prefix: '',
    url: 'azblob://x',
  } as const;
  const env = { AZURE_STORAGE_ACCOUNT: azure.account, AZURE_STORAGE_SERVICE_ENDPOINT: azure.endpoint() };
  const reader = new AzureReader(await openAzureStore(place, env));
  await reader.tryList();
  assert.equal((await reader.look('a')).size, 1);
  assert.equal(asked, 1);
  reader.close();
});

test('No token is sent where nobody hides it, and it is said what to do instead', async () => {
  const place = { store: 'azure', container: 'films', prefix: '', url: 'azblob://films' } as const;
  const env = { AZURE_STORAGE_SERVICE_ENDPOINT: 'http://films.example' };
  await assert.rejects(openAzureStore(place, env), {
    name: 'ConfigurationError',
    message: /without TLS.*AZURE_STORAGE_KEY/,
  });
});
