/** Answers to questions for a range that do not say which bytes they have, of how many, or of which object: as caches and other makes of servers give them. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Source } from '../../src/stores/contract.ts';
import { openSourceAt } from '../../src/stores/open.ts';

const bytes = Buffer.from(Array.from({ length: 5_000_000 }, (_, index) => index % 251));

/** How a server answers who asks for bytes from `start` on. */
type Manner = (start: number, end: number) => { status: number; range?: string; etag?: string; body: Buffer };

const nothing = Buffer.alloc(0);
const proper: Manner = (start, end) => ({
  status: 206,
  range: `bytes ${start}-${end - 1}/${bytes.length}`,
  body: bytes.subarray(start, end),
});
const manners: Readonly<Record<string, Manner>> = {
  proper,
  rangeless: (start, end) => ({ status: 206, body: bytes.subarray(start, end) }),
  sizeless: (start, end) => ({
    status: 206,
    range: `bytes ${start}-${end - 1}/*`,
    body: bytes.subarray(start, end),
  }),
  whole: () => ({ status: 200, body: bytes }),
  // Caches that pack what they give say so of ETags, and take no such ETag in a condition.
  weak: (start, end) => ({ ...proper(start, end), etag: 'W/"a"' }),
  unmet: (start, end) => (start === 0 ? proper(start, end) : { status: 304, body: nothing }),
  shrunk: (start, end) => (start === 0 ? proper(start, end) : { status: 416, body: nothing }),
  elsewhere: (_, end) => ({
    status: 206,
    range: `bytes 0-${end - 1}/${bytes.length}`,
    body: bytes.subarray(0, end),
  }),
};

async function serve(t: TestContext, listing: (url: string) => string | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    const said = listing(url);
    if (said !== undefined) {
      const type = said.startsWith('{') ? 'application/json' : 'application/xml';
      return void response.writeHead(200, { 'content-type': type }).end(said);
    }
    const manner = Object.entries(manners).find(([name]) => url.includes(name))![1];
    const range = headers['x-ms-range'] ?? headers.range ?? '';
    const [, from = '0', to = '0'] = /^bytes=(\d+)-(\d+)$/.exec(String(range)) ?? [];
    const condition = headers['if-match'];
    if (condition !== undefined && condition !== '"a"') return void response.writeHead(412).end();
    const answer = manner(Number(from), Math.min(Number(to) + 1, bytes.length));
    response.writeHead(answer.status, {
      'content-length': answer.body.length,
      etag: answer.etag ?? '"a"',
      'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
      'x-goog-generation': '7',
      ...(answer.range === undefined ? {} : { 'content-range': answer.range }),
    });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function s3(t: TestContext): Promise<Source> {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDNOBODY', AWS_SECRET_ACCESS_KEY: 'a-secret' });
  const endpoint = await serve(t, (url) =>
    url.includes('list-type') ? '<ListBucketResult><Name>b</Name></ListBucketResult>' : undefined,
  );
  return openSourceAt({ store: 's3', bucket: 'b', prefix: '', url: 's3://b' }, { s3: { endpoint } });
}

async function azure(t: TestContext): Promise<Source> {
  const endpoint = await serve(t, (url) =>
    url.includes('comp=list')
      ? '<?xml version="1.0"?><EnumerationResults ServiceEndpoint="" ContainerName="c"><Blobs /><NextMarker /></EnumerationResults>'
      : undefined,
  );
  const key = Buffer.from('a-secret').toString('base64');
  process.env.AZURE_STORAGE_CONNECTION_STRING = `AccountName=nobody;AccountKey=${key};BlobEndpoint=${endpoint}/nobody`;
  return openSourceAt({ store: 'azure', container: 'c', prefix: '', url: 'azblob://c' });
}

async function gcs(t: TestContext): Promise<Source> {
  const endpoint = await serve(t, (url) => {
    if (url.includes('alt=media')) return undefined;
    return JSON.stringify(
      url.includes('maxResults')
        ? { kind: 'storage#objects' }
        : { generation: '7', size: String(bytes.length) },
    );
  });
  const place = { store: 'gcs', bucket: 'b', prefix: '', url: 'gs://b' } as const;
  return openSourceAt(place, { gcs: { endpoint, anonymous: true } });
}

for (const [name, open] of Object.entries({ s3, azure, gcs }))
  test(`${name}: no part of an object passes for all of it, and no bytes for those of elsewhere`, async (t) => {
    const source = await open(t);
    const last = 4_999_000;
    for (const path of ['rangeless', 'sizeless'])
      await assert.rejects(source.open(path), { code: 'EINVAL', message: /does not say its size/ }, path);
    for (const path of ['whole', 'elsewhere']) {
      const file = await source.open(path);
      assert.equal((await file.look()).size, bytes.length);
      await assert.rejects(file.read(Buffer.alloc(1000), last), {
        code: 'EINVAL',
        message: /gives no ranges/,
      });
      await file.close();
    }
  });

for (const [name, open] of Object.entries({ s3, azure, gcs }))
  test(`${name}: an object is the same by a weak ETag, and another one by 304 and 416`, async (t) => {
    const source = await open(t);
    const last = 4_999_000;
    const looks: unknown[] = [];
    for (const path of ['proper', 'weak']) {
      const file = await source.open(path);
      const end = Buffer.alloc(1000);
      assert.equal(await file.read(end, last), 1000);
      assert.deepEqual(end, bytes.subarray(last));
      looks.push({ ...(await file.look()), path: '' });
      await file.close();
    }
    assert.deepEqual(looks[0], looks[1]);
    for (const path of ['unmet', 'shrunk']) {
      const file = await source.open(path);
      await assert.rejects(file.read(Buffer.alloc(1000), last), { code: 'ESTALE' }, path);
      await file.close();
    }
  });
