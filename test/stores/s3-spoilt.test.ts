/** A store that takes other bytes than were sent, says so by their checksum, and has them under the name already. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { crc32c } from '@node-rs/crc32';
import { openSinkAt } from '../../src/stores/open.ts';
import { StoreFault } from '../../src/stores/store-fault.ts';
import { id, look, partOf, publishedAs } from '../contracts/sink/ground.ts';

interface Kept {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly metadata: readonly (readonly [string, string])[];
}

/** No more of S3 than these requests need; the first write of each name below `shop/` is spoilt, unless somebody wrote it before. */
async function spoilingStore(t: TestContext) {
  const objects = new Map<string, Kept>();
  const spoilt = new Set<string>();
  const put = (key: string, bytes: Buffer, metadata: Kept['metadata'] = []): Kept => {
    const one = { bytes, etag: `"${objects.size}-${Math.random()}"`, metadata };
    objects.set(key, one);
    return one;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await buffer(request);
    const key = decodeURIComponent(new URL(request.url!, 'http://store').pathname).slice('/bucket/'.length);
    const known = objects.get(key);
    if (request.method === 'PUT') {
      const { 'if-match': match, 'if-none-match': none } = request.headers;
      if ((none !== undefined && known !== undefined) || (match !== undefined && match !== known?.etag))
        return void response.writeHead(412).end();
      if (key.startsWith('shop/') && !spoilt.has(key)) {
        spoilt.add(key);
        bytes[0]! ^= 1;
      }
      const metadata = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-meta-'));
      const { etag } = put(key, bytes, metadata as [string, string][]);
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32c(bytes));
      return void response
        .writeHead(200, { etag, 'x-amz-checksum-crc32c': checksum.toString('base64') })
        .end();
    }
    if (request.method === 'DELETE') objects.delete(key);
    if (known === undefined || request.method === 'DELETE')
      return void response.writeHead(request.method === 'DELETE' ? 204 : 404).end();
    const { etag, metadata } = known;
    const headers = { ...Object.fromEntries(metadata), etag, 'content-length': known.bytes.length };
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : known.bytes);
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;
  const sink = await openSinkAt(place, { s3: { endpoint, region: 'eu-west-1' }, reader: 'office' });
  t.after(() => sink.close());
  return { sink, put, text: (key: string) => objects.get(key)?.bytes.toString() };
}

test('What arrived with other bytes than were sent is put there anew, and not taken for what was meant', async (t) => {
  const { sink, text } = await spoilingStore(t);
  const whole = () =>
    sink.publishWhole(Buffer.from('hello'), 'shop/whole', look, publishedAs('hello', id(1)));
  await sink.part(id(2), partOf('shop/part', 'hello')).write(Buffer.from('hello'), 0);
  const part = () => sink.publish(id(2), 'shop/part', look, publishedAs('hello', id(2)));
  for (const publish of [whole, part]) {
    await assert.rejects(publish(), StoreFault);
    await publish();
  }
  assert.deepEqual([text('shop/whole'), text('shop/part')], ['hello', 'hello']);
});
