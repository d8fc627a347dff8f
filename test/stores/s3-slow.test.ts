/** How long requests are waited for: as long as bytes get there, and as long as a server works. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openS3Store } from '../../src/stores/s3/client.ts';
import { S3Writer } from '../../src/stores/s3/writer.ts';
import { isAway } from '../../src/stores/store-fault.ts';

const waits = { connect: 1000, answer: 400, silence: 300, sent: 2000, work: 3000 };

async function objectsOf(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<S3Writer> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;
  const store = await openS3Store(
    place,
    { endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', anonymous: true },
    {},
    waits,
  );
  t.after(() => store.close());
  return new S3Writer(store, () => undefined);
}

test('Bytes that get there slowly are progress, however long it takes', async (t) => {
  let received = 0;
  const objects = await objectsOf(t, async (request, response) => {
    for await (const bytes of request) {
      received += (bytes as Buffer).length;
      await delay(5);
    }
    response.writeHead(200, { etag: '"x"' });
    response.end();
  });
  const size = 16 * 1024 * 1024;
  const began = performance.now();
  const { tag } = await objects.part('a', 'u', 1, Buffer.alloc(size));
  assert.equal(tag, '"x"');
  assert.ok(received >= size);
  assert.ok(performance.now() - began > waits.answer, 'it took longer than an answer may');
});

test('A server may take its time to copy an object, or to make one of parts', async (t) => {
  const objects = await objectsOf(t, async (request, response) => {
    request.resume();
    await delay(2 * waits.answer);
    const result = request.method === 'POST' ? 'CompleteMultipartUploadResult' : 'CopyObjectResult';
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<${result}><ETag>"x"</ETag></${result}>`);
  });
  const parts = [{ number: 1, tag: '"x"', checksum: undefined }];
  assert.equal(await objects.complete('a', 'u', parts, undefined), '"x"');
  await objects.rewrite('a', { tag: '"x"', size: 1 }, {});
});

test('Silence where nothing is to be waited for is a failure', async (t) => {
  const objects = await objectsOf(t, async ({ method }, response) => {
    if (method === 'GET') response.writeHead(200, { 'content-length': 100 }).write('ten bytes.');
  });
  await assert.rejects(objects.look('a'), isAway);
  const read = async (): Promise<void> => {
    for await (const _ of objects.read('a', undefined));
  };
  await assert.rejects(read(), isAway);
});
