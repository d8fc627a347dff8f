/** What the fast path takes for a whole request is one for Node's parser too, word for word: none can be smuggled past either of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { RequestHeads } from './request-head.ts';

/** Node's own server: what it takes the bytes of one connection for. */
async function startParser(t: TestContext) {
  let seen: object[] = [];
  const server = createServer((request, response) => {
    const { method, url, rawHeaders } = request;
    let body = '';
    request.setEncoding('latin1').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      seen.push({ method, url, rawHeaders, body });
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return async (bytes: Buffer): Promise<readonly object[]> => {
    seen = [];
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write(bytes);
    await once(socket, 'close');
    return seen;
  };
}

const lines = [
  ...['Host: a', 'host:b', 'X: y', 'X:\t y \t', 'a_b: "(c)"', 'Cookie: a=b; c', 'Empty:', 'Range: bytes=0-'],
  ...['Content-Length: 3', 'Content-length:', 'Transfer-Encoding: chunked', 'transfer-encoding : chunked'],
  ...['Connection: keep-alive', 'connection:  Keep-Alive ', 'Connection: close', 'Proxy-Connection: close'],
  ...['Keep-Alive: 5', 'Upgrade: x', 'Expect: 100-continue', 'TE: trailers', 'HTTP2-Settings: x', ' folded'],
];
/** A request of some header lines, with a byte put in the place of another now and then. */
const request = fc
  .tuple(
    fc.constantFrom('GET /live/a HTTP/1.1', 'HEAD /live/a?b=c HTTP/1.1'),
    fc.array(fc.constantFrom(...lines), { maxLength: 5 }),
    fc.option(fc.tuple(fc.nat(200), fc.nat(255), fc.nat(1))),
  )
  .map(([line, headers, change]) => {
    const text = [line, 'Host: a', ...headers, '', ''].join('\r\n');
    if (change === null) return text;
    const [place, byte, cut] = change;
    const at = place % text.length;
    return text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + cut);
  });

test('What is plain is the same for Node, and what follows is another request', async (t) => {
  const parse = await startParser(t);
  const heads = new RequestHeads();
  let plain = 0;
  const property = fc.asyncProperty(request, async (text) => {
    const bytes = Buffer.from(text, 'latin1');
    const read = heads.read(bytes);
    if (read === undefined) return;
    plain += 1;
    const last = { method: 'GET', url: '/last', rawHeaders: ['Host', 'z', 'Connection', 'close'], body: '' };
    const behind = Buffer.from('GET /last HTTP/1.1\r\nHost: z\r\nConnection: close\r\n\r\n');
    assert.deepEqual(await parse(Buffer.concat([bytes, behind])), [{ ...read, body: '' }, last]);
  });
  await fc.assert(property, { numRuns: 3000 });
  assert.ok(plain > 100, `${plain} requests were plain`);
});
