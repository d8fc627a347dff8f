/** Servers that answer otherwise than S3 does, or not as it may. */

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Source, Unsendable } from '../../src/stores/contract.ts';
import { openSourceAt } from '../../src/stores/open.ts';
import { openS3Store } from '../../src/stores/s3/client.ts';
import { S3Writer } from '../../src/stores/s3/writer.ts';
import { isAway } from '../../src/stores/store-fault.ts';

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDNOBODY', AWS_SECRET_ACCESS_KEY: 'a-secret' });

type Answer = string | { status: number; headers?: Record<string, string>; body?: string };

async function serverOf(t: TestContext, answer: (request: IncomingMessage) => Answer): Promise<string> {
  const server = createServer((request, response) => {
    const given = answer(request);
    const {
      status,
      headers = {},
      body = '',
    } = typeof given === 'string' ? { status: 200, body: given } : given;
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    response.end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function sourceOf(t: TestContext, answer: (request: IncomingMessage) => Answer): Promise<Source> {
  const place = { store: 's3', bucket: 'bucket', prefix: 'in/', url: 's3://bucket/in' } as const;
  return openSourceAt(place, { s3: { endpoint: await serverOf(t, answer) } });
}

function page(contents: string, more = '<IsTruncated>false</IsTruncated>'): string {
  return `<?xml version="1.0"?><ListBucketResult><Name>bucket</Name>${more}${contents}</ListBucketResult>`;
}

async function listed(source: Source) {
  const unsendable: Unsendable[] = [];
  const everything = { file: () => true, folder: () => true };
  const files = await Array.fromAsync(source.list(everything, (what) => unsendable.push(what)));
  return { files, unsendable };
}

test('What answers in the place of a server is no empty bucket', async (t) => {
  for (const answer of ['<html><body>Log in</body></html>', '<ListBucketResult/>', '', 'not <xml', '{"a":1}'])
    await assert.rejects(
      sourceOf(t, () => answer),
      (error: Error) => isAway(error) && /^cannot list s3:\/\/bucket\/in/.test(error.message),
      answer,
    );
});

test('A page that comes again and again ends the listing', async (t) => {
  const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken>';
  const source = await sourceOf(t, () => page('<Contents><Key>in/a</Key><Size>1</Size></Contents>', more));
  await assert.rejects(listed(source), /the same page again and again/);
});

test('Pages that come again in turn end the listing', async (t) => {
  const source = await sourceOf(t, ({ url = '' }) => {
    const following = url.includes('continuation-token=one') ? 'two' : 'one';
    return page(
      '<Contents><Key>in/a</Key><Size>1</Size></Contents>',
      `<IsTruncated>true</IsTruncated><NextContinuationToken>${following}</NextContinuationToken>`,
    );
  });
  await assert.rejects(listed(source), /the same page again and again/);
});

test('A page that is not the last one, and says not what the next goes by, is not the end', async (t) => {
  // As a server answers that only knows the first version of listings.
  const more = '<IsTruncated>true</IsTruncated><NextMarker>in/a</NextMarker>';
  for (const said of [more, '<IsTruncated>true</IsTruncated><NextContinuationToken/>']) {
    const source = await sourceOf(t, () => page('<Contents><Key>in/a</Key><Size>1</Size></Contents>', said));
    await assert.rejects(listed(source), /says that there is more, and not how to ask for it/);
  }
});

test('Objects that lack what they should say, and keys of elsewhere, harm no others', async (t) => {
  const source = await sourceOf(t, () =>
    page(
      [
        '<Contents></Contents>',
        '<Contents><Key>elsewhere/a</Key><Size>1</Size></Contents>',
        '<Contents><Key>in/bare</Key></Contents>',
        '<Contents><Key>in/old</Key><Size>5</Size><LastModified>1960-01-01T00:00:00Z</LastModified></Contents>',
        '<Contents><Key>in/frozen</Key><Size>5</Size><StorageClass>GLACIER</StorageClass></Contents>',
        '<Contents><Key>in/thawed</Key><Size>5</Size><StorageClass>GLACIER</StorageClass>' +
          '<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress></RestoreStatus></Contents>',
      ].join(''),
    ),
  );
  const { files, unsendable } = await listed(source);
  assert.deepEqual(
    files.map(({ path, size, mtime }) => [path, size, mtime]),
    [
      ['bare', 0, '0'],
      ['old', 5, '-315619200000000000'],
      ['thawed', 5, '0'],
    ],
  );
  assert.deepEqual(
    unsendable.map(({ path }) => path),
    ['', 'elsewhere/a', 'frozen'],
  );
  assert.match(unsendable[2]!.reason, /archived \(GLACIER\): restore it/);
});

test('A server without ranges gives a file from its first byte, and no other one', async (t) => {
  const bytes = 'x'.repeat(5_000_000);
  const source = await sourceOf(t, ({ url = '' }) => {
    if (url.includes('list-type')) return page('');
    const length = url.includes('endless') ? undefined : { 'content-length': String(bytes.length) };
    return { status: 200, headers: { etag: '"a"', ...length }, body: bytes };
  });
  const file = await source.open('a');
  assert.equal((await file.look()).size, bytes.length);
  assert.equal(await file.read(Buffer.alloc(1000), 0), 1000);
  await assert.rejects(file.read(Buffer.alloc(1000), 4_500_000), /the server gives no ranges/);
  await file.close();
  await assert.rejects(source.open('endless'), { code: 'EINVAL', message: /does not say its size/ });
});

test('An archived object is refused for good, and one that may not be read is not', async (t) => {
  const source = await sourceOf(t, ({ url = '' }) => {
    if (url.includes('list-type')) return page('');
    const code = url.includes('frozen') ? 'InvalidObjectState' : 'AccessDenied';
    if (url.includes('fine'))
      return { status: 200, headers: { etag: '"a"', 'content-length': '1' }, body: 'x' };
    return { status: 403, body: `<Error><Code>${code}</Code><Message>no</Message></Error>` };
  });
  await assert.rejects(source.open('frozen'), { code: 'EINVAL', message: /archived; restore it first/ });
  await assert.rejects(source.open('secret'), {
    name: 'ConfigurationError',
    message: /no object was read before it/,
  });
  await (await source.open('fine')).close();
  await assert.rejects(source.open('secret'), { name: 'StoreFault', code: 'EACCES' });
});

test('What answers in the place of a server has written nothing', async (t) => {
  const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;
  const portals: readonly Answer[] = [
    '<html><body>Log in</body></html>',
    { status: 200, headers: { 'content-type': 'text/html' } },
  ];
  for (const portal of portals) {
    const endpoint = await serverOf(t, () => portal);
    const store = await openS3Store(place, { endpoint });
    t.after(() => store.close());
    const writer = new S3Writer(store, () => undefined);
    const parts = [{ number: 1, tag: '"a"', checksum: undefined }];
    const asked: Readonly<Record<string, () => Promise<unknown>>> = {
      put: () => writer.put('a', Buffer.from('x'), {}, 'nothing'),
      begin: () => writer.begin('a', {}),
      part: () => writer.part('a', 'upload', 1, Buffer.from('x')),
      complete: () => writer.complete('a', 'upload', parts, 'nothing'),
      rewrite: () => writer.rewrite('a', { tag: '"a"', size: 1 }, { mtime: '1' }),
      'rewrite of a large one': () => writer.rewrite('a', { tag: '"a"', size: 6e9 }, { mtime: '1' }),
      look: () => writer.look('a'),
    };
    for (const [what, ask] of Object.entries(asked)) await assert.rejects(ask(), isAway, what);
  }
});

test('What is described anew at once is replaced on its condition, and a small object is copied without a range', async (t) => {
  const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;
  const asked: string[] = [];
  const endpoint = await serverOf(t, ({ method, url = '', headers }) => {
    const [copied, range] = [headers['x-amz-copy-source'], headers['x-amz-copy-source-range']];
    asked.push([method, copied && 'copies', range, headers['if-match']].filter(Boolean).join(' '));
    // As S3 does: of what has less than 5 MiB there are no ranges.
    if (range !== undefined && url.includes('/small'))
      return { status: 400, body: '<Error><Code>InvalidRequest</Code></Error>' };
    if (url.includes('uploads'))
      return '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>';
    if (copied !== undefined) return '<CopyPartResult><ETag>"p"</ETag></CopyPartResult>';
    if (method === 'POST')
      return '<CompleteMultipartUploadResult><ETag>"b-1"</ETag></CompleteMultipartUploadResult>';
    return { status: 200, headers: { etag: '"b"' } };
  });
  const store = await openS3Store(place, { endpoint });
  t.after(() => store.close());
  const writer = new S3Writer(store, () => undefined);
  const sizes = { empty: 0, small: 1000, large: 6e9 };
  const found: Record<string, string[]> = {};
  for (const [key, size] of Object.entries(sizes)) {
    await writer.rewrite(key, { tag: '"a"', size }, { mtime: '1' }, true);
    found[key] = asked.splice(0);
  }
  assert.deepEqual(found, {
    empty: ['PUT "a"'],
    small: ['POST', 'PUT copies', 'POST "a"'],
    large: ['POST', 'PUT copies bytes=0-5368709119', 'PUT copies bytes=5368709120-5999999999', 'POST "a"'],
  });
});
