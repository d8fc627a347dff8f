import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { AppendedFile } from './appended-file.ts';
import { HdfsClient } from './client.ts';
import { readHdfs } from './place.ts';

test('A part that comes behind one that failed fails too, and both may come again', async (t) => {
  let [isAway, appended] = [true, ''];
  // No more of HDFS than an append needs: it sends to itself.
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://hdfs');
    const answer = (status: number, value: object) =>
      void response.writeHead(status).end(JSON.stringify(value));
    if (isAway) return answer(503, {});
    if (url.searchParams.get('op') === 'GETFILESTATUS')
      return answer(200, { FileStatus: { length: appended.length } });
    if (url.searchParams.get('op') === 'GET_BLOCK_LOCATIONS') return answer(200, { LocatedBlocks: {} });
    if (!url.searchParams.has('data')) {
      const location = `http://${request.headers.host}${request.url}&data=true`;
      return void response.writeHead(307, { location }).end();
    }
    request.on('data', (bytes) => {
      appended += bytes;
    });
    request.on('end', () => answer(200, {}));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const place = readHdfs(`127.0.0.1:${(server.address() as AddressInfo).port}/a`, 'hdfs');
  assert.ok(typeof place !== 'string');
  const hdfs = new HdfsClient(place, { HADOOP_USER_NAME: 'ann' });
  t.after(() => hdfs.close());
  const file = new AppendedFile(hdfs, 'a/part', 1024);
  const parts = ['one', 'two', 'three'].map((text) => Buffer.from(text));
  const append = (number: number) => file.append(number, parts[number - 1]!);
  // The second waits for the first one; the third comes when that has failed.
  const both = await Promise.allSettled([append(1), append(2)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await assert.rejects(append(3), { code: 'EAGAIN' });
  isAway = false;
  await Promise.all([append(1), append(2), append(3)]);
  await append(2);
  assert.deepEqual([appended, file.size], ['onetwothree', 11]);
});
