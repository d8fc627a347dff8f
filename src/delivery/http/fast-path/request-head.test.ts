import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { RequestHeads } from './request-head.ts';

const heads = new RequestHeads();
const read = (text: string) => heads.read(Buffer.from(text, 'latin1'));
const plain = 'GET /live/cam/ws HTTP/1.1\r\nHost: a\r\nAccept-Encoding:  gzip \r\nX-Empty:\r\n\r\n';

test('A plain request', () => {
  assert.deepEqual(read(plain), {
    method: 'GET',
    url: '/live/cam/ws',
    rawHeaders: ['Host', 'a', 'Accept-Encoding', 'gzip', 'X-Empty', ''],
  });
  assert.equal(read('HEAD /x?y=z HTTP/1.1\r\nhost: a\r\nConnection: Keep-Alive\r\n\r\n')?.method, 'HEAD');
});

test('What is anything else is left to others', () => {
  const host = 'Host: a\r\n';
  const bad = [
    '',
    '\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    `GET / HTTP/1.0\r\n${host}\r\n`,
    `POST / HTTP/1.1\r\n${host}\r\n`,
    `GET  / HTTP/1.1\r\n${host}\r\n`,
    `GET x HTTP/1.1\r\n${host}\r\n`,
    `GET http://a/ HTTP/1.1\r\n${host}\r\n`,
    `GET /\x01 HTTP/1.1\r\n${host}\r\n`,
    `GET /\xe4 HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\n${host}\r\n`,
    `GET / HTTP/1.1\r\nHost: a\n\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}X : y\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host} folded\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}X\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}X: a\x00b\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}X: a\rb\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}${host}\r\n`,
    `GET / HTTP/1.1\r\nX: y\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}`,
    `GET / HTTP/1.1\r\n${host}\r\nbody`,
    `GET / HTTP/1.1\r\n${host}\r\nGET / HTTP/1.1\r\n${host}\r\n`,
    ...[
      'Content-Length: 0',
      'content-length: 5',
      'Transfer-Encoding: chunked',
      'Upgrade: websocket',
      'Expect: 100-continue',
      'Connection: close',
      'Connection: keep-alive, Upgrade',
    ].map((line) => `GET / HTTP/1.1\r\n${host}${line}\r\n\r\n`),
  ];
  for (const text of bad) assert.equal(read(text), undefined, JSON.stringify(text));
  // The second time they come out of memory.
  for (const text of bad) assert.equal(read(text), undefined, JSON.stringify(text));
});

test('Noise is left to others', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(heads.read(Buffer.from(bytes)), undefined);
    }),
  );
});

test('A plain request with one byte changed is plain still, or left to others, but never read past its end', () => {
  fc.assert(
    fc.property(fc.nat(plain.length - 1), fc.nat(255), (at, byte) => {
      const bytes = Buffer.from(plain, 'latin1');
      bytes[at] = byte;
      const request = heads.read(bytes);
      if (request === undefined) return;
      for (const text of [request.url, ...request.rawHeaders]) assert.doesNotMatch(text, /[\r\n\0]/);
    }),
    { numRuns: 2000 },
  );
});

test('Blanks are taken off a value, however many, in the time that it takes to read them', () => {
  const blanks = ' \t'.repeat(3500);
  const headers = read(`GET / HTTP/1.1\r\nHost: a\r\nX:${blanks}y${blanks}\xa0 \r\n\r\n`)?.rawHeaders;
  assert.deepEqual(headers, ['Host', 'a', 'X', `y${blanks}\xa0`]);
  // What is no value at its end was tried in every way: this took minutes.
  assert.equal(read(`GET / HTTP/1.1\r\nHost: a\r\nX:${blanks}y${blanks}\x01\r\n\r\n`), undefined);
});

test('A head that is longer than the limit is left to the server, which refuses it', () => {
  const long = (size: number) => {
    const head = 'GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n';
    return head.replace('X: ', `X: ${'y'.repeat(size - head.length)}`);
  };
  assert.equal(read(long(16 * 1024))?.method, 'GET');
  assert.equal(read(long(16 * 1024 + 1)), undefined);
});
