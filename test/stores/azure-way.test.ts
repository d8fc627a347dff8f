/** The way to a server: whom to trust, by which proxy, how often and how long it is asked, and what is no answer of one. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { openAzureStore } from '../../src/stores/azure/client.ts';
import { listPage } from '../../src/stores/azure/listing.ts';
import { loadAzureIdentity, loadAzureSdk } from '../../src/stores/azure/load.ts';
import { AzureReader } from '../../src/stores/azure/reader.ts';
import type { AzureWaits } from '../../src/stores/azure/waits.ts';
import { AzureWriter } from '../../src/stores/azure/writer.ts';
import { isAway } from '../../src/stores/store-fault.ts';
import { makeAuthority } from '../support/certificates.ts';

const place = { store: 'azure', container: 'films', prefix: '', url: 'azblob://films' } as const;
const listing =
  '<?xml version="1.0"?><EnumerationResults ServiceEndpoint="http://a/" ContainerName="films"><Blobs/><NextMarker/></EnumerationResults>';
const xml = { 'content-type': 'application/xml' };
const waits: AzureWaits = { connect: 1000, silence: 300, sent: 2000 };

async function listen(t: TestContext, server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

async function storeAt(
  t: TestContext,
  endpoint: string,
  env: Record<string, string> = {},
  waiting?: AzureWaits,
) {
  const variables = { AZURE_STORAGE_SERVICE_ENDPOINT: endpoint, AZURE_STORAGE_SAS_TOKEN: 'sv=1&sig=hunter2' };
  const store = await openAzureStore(place, { ...variables, ...env }, waiting);
  t.after(() => store.close());
  return store;
}

/** Lists a container once. */
async function list(t: TestContext, endpoint: string, env: Record<string, string> = {}): Promise<void> {
  await listPage(await storeAt(t, endpoint, env), '', 1);
}

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(t, createServer(answer))}/account`;
}

const refused = (message: RegExp) => (error: Error) =>
  error.name === 'ConfigurationError' && message.test(error.message) && !/hunter2/.test(error.message);

test('A certificate that nobody trusts ends it, and says what to do', async (t) => {
  const authority = await makeAuthority('House');
  t.after(() => authority.remove());
  const serveTls = async (days?: number, name = 'IP:127.0.0.1'): Promise<string> => {
    const { certificate, key } = await authority.issue(`s${days}${name}`.replace(/\W/g, ''), [name], days);
    const [cert, secret] = await Promise.all([readFile(certificate), readFile(key)]);
    const server = createTlsServer(
      { cert, key: secret },
      (_, response) => void response.writeHead(200, xml).end(listing),
    );
    return `https://127.0.0.1:${await listen(t, server)}`;
  };
  const good = await serveTls();
  await assert.rejects(list(t, good), refused(/not signed by a trusted authority.*NODE_EXTRA_CA_CERTS/));
  const trusted = getCACertificates();
  t.after(() => setDefaultCACertificates(trusted));
  setDefaultCACertificates([...trusted, await readFile(authority.certificate, 'utf8')]);
  await list(t, good);
  await assert.rejects(list(t, await serveTls(-1)), refused(/has expired/));
  await assert.rejects(
    list(t, await serveTls(undefined, 'DNS:other.example')),
    refused(/not for this host name/),
  );
  const plain = await listen(t, createServer());
  await assert.rejects(list(t, `https://127.0.0.1:${plain}`), refused(/does not speak TLS/));
});

test('A proxy that the environment names is used, but for hosts that are excepted', async (t) => {
  const port = await listen(
    t,
    createServer((_, response) => void response.writeHead(200, xml).end(listing)),
  );
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, xml).end(listing);
  });
  // What is for TLS goes through a tunnel.
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  const url = `http://127.0.0.1:${await listen(t, proxy)}`;
  await list(t, 'http://films.invalid:9000', { HTTP_PROXY: url });
  assert.equal(new URL(asked[0]!).host, 'films.invalid:9000');
  await assert.rejects(list(t, 'https://films.invalid:9000', { HTTPS_PROXY: url }));
  assert.equal(asked[1], 'films.invalid:9000');
  await list(t, `http://127.0.0.1:${port}`, { HTTP_PROXY: url, NO_PROXY: '127.0.0.1' });
  assert.equal(asked.length, 2);
});

test('A server that is away, or busy, is asked once; what it says of when is kept', async (t) => {
  let requests = 0;
  const busy = await serve(t, (_, response) => {
    requests++;
    response.writeHead(503, { 'retry-after': '3', 'content-type': 'application/xml' });
    response.end('<Error><Code>ServerBusy</Code><Message>The server is busy.\nRequestId:1</Message></Error>');
  });
  await assert.rejects(
    list(t, busy),
    (error) =>
      isAway(error) &&
      error.retryAfter === 3000 &&
      /503 ServerBusy: The server is busy\.$/.test(error.message),
  );
  assert.equal(requests, 1);
  await assert.rejects(
    list(t, 'http://127.0.0.1:1'),
    (error) => isAway(error) && /ECONNREFUSED/.test(error.message),
  );
});

test('What answers in the place of a server is no empty container, and no blob', async (t) => {
  for (const answer of [
    '<html><body>Log in</body></html>',
    '<EnumerationResults/>',
    '',
    'not <xml',
    '{"a":1}',
  ]) {
    const type = answer.startsWith('<E') ? xml : { 'content-type': 'text/html' };
    const endpoint = await serve(t, (_, response) => void response.writeHead(200, type).end(answer));
    await assert.rejects(
      list(t, endpoint),
      (error: Error) => isAway(error) && /^cannot list azblob:\/\/films: [^<{]*$/.test(error.message),
      answer,
    );
    const store = await storeAt(t, endpoint);
    const { signal } = new AbortController();
    await assert.rejects(new AzureReader(store).range('a', 0, 10, undefined, signal), isAway);
    const writer = new AzureWriter(store, () => undefined);
    await assert.rejects(writer.put('a', Buffer.from('x'), {}, 'nothing'), isAway);
    await assert.rejects(writer.rewrite('a', { tag: '"a"', size: 1 }, {}), isAway);
    await assert.rejects(writer.look('a'), isAway);
    assert.equal(await writer.namesIn('in/').catch(() => undefined), undefined);
  }
});

test('A page that comes again and again ends the listing', async (t) => {
  const again = listing.replace('<NextMarker/>', '<NextMarker>same</NextMarker>');
  const store = await storeAt(
    t,
    await serve(t, (_, response) => void response.writeHead(200, xml).end(again)),
  );
  await assert.rejects(
    Array.fromAsync(new AzureReader(store).list((request) => request())),
    /the same page again and again/,
  );
});

test('Silence where nothing is to be waited for is a failure; bytes that get there slowly are none', async (t) => {
  const silent = await storeAt(t, await serve(t, () => {}), {}, waits);
  const reader = new AzureReader(silent);
  await assert.rejects(
    reader.look('a'),
    (error) => isAway(error) && /said nothing for 0.3 s/.test(error.message),
  );
  const halting = await serve(t, (_, response) => {
    const headers = { 'content-range': 'bytes 0-99/100', 'content-length': 100, etag: '"a"' };
    response.writeHead(206, headers).write('ten bytes.');
  });
  const range = await new AzureReader(await storeAt(t, halting, {}, waits)).range(
    'a',
    0,
    100,
    undefined,
    new AbortController().signal,
  );
  const read = async (): Promise<void> => {
    for await (const _ of range.bytes);
  };
  await assert.rejects(read(), (error) => isAway(reader.meaning(error, 'read', 'a')));
  let received = 0;
  const slow = await serve(t, async (request, response) => {
    for await (const bytes of request) {
      received += (bytes as Buffer).length;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    response.writeHead(201, { etag: '"x"' });
    response.end();
  });
  const writer = new AzureWriter(await storeAt(t, slow, {}, waits), () => undefined);
  const began = performance.now();
  const bytes = Buffer.alloc(16 * 1024 * 1024);
  await writer.part('a', await writer.begin(), 1, bytes);
  assert.ok(received >= bytes.length);
  assert.ok(performance.now() - began > waits.silence, 'it took longer than a silence may');
});

test('Without a library, it is said how to install it', async () => {
  for (const [load, name] of [
    [loadAzureSdk, '@azure/storage-blob'],
    [loadAzureIdentity, '@azure/identity'],
  ] as const)
    await assert.rejects(load('@nobody/has-this'), {
      name: 'ConfigurationError',
      message: new RegExp(`azblob:// needs a package that is not installed: npm install ${name}`),
    });
});
