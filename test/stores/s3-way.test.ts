/** The way to a server: whom to trust, and by which proxy. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { once } from '../../src/stores/patiently.ts';
import { openS3Store } from '../../src/stores/s3/client.ts';
import { firstPage } from '../../src/stores/s3/listing.ts';
import { S3Writer } from '../../src/stores/s3/writer.ts';
import { makeAuthority } from '../support/certificates.ts';

const listing = '<ListBucketResult><Name>bucket</Name><KeyCount>0</KeyCount></ListBucketResult>';

async function listen(t: TestContext, server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;

/** Lists a bucket once. */
async function list(endpoint: string, env: Record<string, string>): Promise<void> {
  const store = await openS3Store(place, { endpoint, region: 'eu-west-1', anonymous: true }, env);
  try {
    await firstPage(store, once);
  } finally {
    store.close();
  }
}

const refused = (message: RegExp) => (error: Error) =>
  error.name === 'ConfigurationError' && message.test(error.message);

test('A certificate that nobody trusts ends it, and says what to do; AWS_CA_BUNDLE is heard', async (t) => {
  const authority = await makeAuthority('House');
  t.after(() => authority.remove());
  const serve = async (days?: number, name = 'IP:127.0.0.1'): Promise<string> => {
    const { certificate, key } = await authority.issue(
      `server${days}${name}`.replace(/\W/g, ''),
      [name],
      days,
    );
    const [cert, secret] = await Promise.all([readFile(certificate), readFile(key)]);
    const server = createTlsServer({ cert, key: secret }, (_, response) => void response.end(listing));
    return `https://127.0.0.1:${await listen(t, server)}`;
  };
  const trusting = { AWS_CA_BUNDLE: authority.certificate };
  const good = await serve();
  await assert.rejects(list(good, {}), refused(/not signed by a trusted authority.*AWS_CA_BUNDLE/));
  await list(good, trusting);
  await assert.rejects(list(await serve(-1), trusting), refused(/has expired/));
  await assert.rejects(
    list(await serve(undefined, 'DNS:other.example'), trusting),
    refused(/not for this host name/),
  );
  await assert.rejects(list(good, { AWS_CA_BUNDLE: '/nowhere/ca.pem' }), refused(/AWS_CA_BUNDLE names/));
  const plain = await listen(t, createServer());
  await assert.rejects(list(`https://127.0.0.1:${plain}`, {}), refused(/does not speak TLS/));
});

test('A proxy that the environment names is used, but for hosts that are excepted', async (t) => {
  const server = createServer((_, response) => void response.end(listing));
  const port = await listen(t, server);
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(listing);
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
  await list('http://minio.invalid:9000', { HTTP_PROXY: url });
  assert.equal(new URL(asked[0]!).host, 'minio.invalid:9000');
  await assert.rejects(list('https://minio.invalid:9000', { HTTPS_PROXY: url }));
  assert.equal(asked[1], 'minio.invalid:9000');
  await list(`http://127.0.0.1:${port}`, { HTTP_PROXY: url, NO_PROXY: '127.0.0.1' });
  assert.equal(asked.length, 2);
});

test('Bytes that TLS carries are not digested to be signed; without TLS they are', async (t) => {
  const authority = await makeAuthority('House');
  t.after(() => authority.remove());
  const { certificate, key } = await authority.issue('server', ['IP:127.0.0.1']);
  const [cert, secret] = await Promise.all([readFile(certificate), readFile(key)]);
  const signed: unknown[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    signed.push(request.headers['x-amz-content-sha256']);
    request.resume().on('end', () => response.writeHead(200, { etag: '"a"' }).end());
  };
  const secure = await listen(t, createTlsServer({ cert, key: secret }, answer));
  const plain = await listen(t, createServer(answer));
  const env = { AWS_CA_BUNDLE: authority.certificate };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' });
  for (const endpoint of [`https://127.0.0.1:${secure}`, `http://127.0.0.1:${plain}`]) {
    const store = await openS3Store(place, { endpoint, region: 'eu-west-1' }, env);
    const objects = new S3Writer(store, () => undefined);
    await objects.put('a', Buffer.from('x'), {}, undefined);
    await objects.part('a', 'u', 1, Buffer.from('x'));
    objects.close();
  }
  const digest = createHash('sha256').update('x').digest('hex');
  assert.deepEqual(signed, ['UNSIGNED-PAYLOAD', 'UNSIGNED-PAYLOAD', digest, digest]);
});
