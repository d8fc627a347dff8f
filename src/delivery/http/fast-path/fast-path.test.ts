import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { waitFor } from '../../../../test/support/wait.ts';
import { type Outgoing, Replies, type Reply, send } from '../replies.ts';
import { addFastPath } from './fast-path.ts';

const replies = new Replies();
const part = replies.media([Buffer.from('abc'), Buffer.from('defgh')]);
const large = Buffer.alloc(1024 * 1024, 'x');

/** A server that has `/live/part`, `/live/held` (answered by `release`), `/live/flow`, and says `other` elsewhere. */
async function startServer(t: TestContext) {
  const held: Outgoing[] = [];
  const seen = { fast: 0, server: 0 };
  const server = createServer((request, response) => {
    seen.server += 1;
    response.setHeader('content-type', 'text/plain');
    response.end(`other ${request.method} ${request.url}`);
  });
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching\r\n\r\nupgraded'));
  addFastPath(server, ({ method, url }, response) => {
    seen.fast += 1;
    if (url === '/live/held') held.push(response);
    else if (url === '/live/flow') {
      response.writeHead(200, replies.openHeaders('video/mp4', 'no-store'));
      for (const text of ['one', '', 'two', 'three']) response.write(Buffer.from(text));
      response.end();
    } else if (url === '/live/large') send(response, replies.media([large]));
    else send(response, part, method === 'HEAD');
    return true;
  });
  const connections: Socket[] = [];
  server.on('connection', (socket) => connections.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const release = (reply: Reply = part) => {
    for (const response of held.splice(0)) send(response, reply);
  };
  return { port, seen, held, release, connections };
}

/** A raw connection: what is sent on it as it is, and what comes back. */
function open(t: TestContext, port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    socket.emit('more');
  });
  return {
    socket,
    /** Waits until all of these have come, in this order, and takes what came. */
    async receive(...wanted: (string | RegExp)[]): Promise<string> {
      for (;;) {
        let at = 0;
        const all = wanted.every((one) => {
          const rest = received.slice(at);
          const found = typeof one === 'string' ? rest.indexOf(one) : rest.search(one);
          at += found + 1;
          return found !== -1;
        });
        if (all) break;
        await once(socket, 'more');
      }
      const text = received;
      received = '';
      return text;
    },
  };
}

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

test('Answers of the fast path and of the server take turns on one connection', async (t) => {
  const { port, seen } = await startServer(t);
  const { socket, receive } = open(t, port);
  for (let round = 0; round < 3; round += 1) {
    socket.write(get('/live/part'));
    const first = await receive('abcdefgh');
    assert.match(first, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(first, /\r\ncontent-length: 8\r\n/);
    assert.match(first, /\r\ndate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
    socket.write(get('/page'));
    assert.match(await receive('other GET /page'), /^HTTP\/1\.1 200 OK\r\n/);
  }
  assert.deepEqual(seen, { fast: 3, server: 3 });
});

test('A held request is answered when its time has come, and what came meanwhile after it', async (t) => {
  const { port, held, release } = await startServer(t);
  const { socket, receive } = open(t, port);
  socket.write(get('/live/held'));
  while (held.length === 0) await new Promise(setImmediate);
  socket.write(get('/page'));
  socket.write(get('/live/part'));
  // Both are there before the answer is.
  const other = open(t, port);
  other.socket.write(get('/live/part'));
  await other.receive('abcdefgh');
  release();
  await receive('abcdefgh', 'other GET /page', /other GET \/live\/part|abcdefgh$/);
});

test('A body whose length nobody knows comes in chunks; HEAD has none', async (t) => {
  const { port } = await startServer(t);
  const { socket, receive } = open(t, port);
  socket.write(get('/live/flow'));
  const text = await receive('0\r\n\r\n');
  assert.match(text, /\r\ntransfer-encoding: chunked\r\n/);
  assert.match(text, /\r\n\r\n3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n$/);
  socket.write(get('/live/part').replace('GET', 'HEAD'));
  socket.write('');
  const head = await receive('\r\n\r\n');
  assert.match(head, /content-length: 8\r\n/);
  assert.ok(head.endsWith('\r\n\r\n'));
});

test('Whatever is not plain goes to the server, which answers or refuses it', async (t) => {
  const { port, seen } = await startServer(t);
  const table: readonly (readonly [string, RegExp])[] = [
    [`POST /live/part HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`, /other POST \/live\/part/],
    [get('/live/part', 'Connection: close\r\n'), /other GET \/live\/part$/],
    [get('/live/part') + get('/live/part'), /other GET[\s\S]*other GET/],
    [get('/live/part', 'Upgrade: x\r\nConnection: Upgrade\r\n'), /upgraded$/],
    ['GET /live/part HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    [get('/live/part', 'X : y\r\n'), /^HTTP\/1\.1 400 /],
    [get('/live/part', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'), /^HTTP\/1\.1 400 /],
    ['nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
  ];
  for (const [bytes, answer] of table) {
    const { socket, receive } = open(t, port);
    socket.write(bytes);
    await receive(answer);
  }
  assert.equal(seen.fast, 0);
});

test('A request that comes in pieces', async (t) => {
  const { port } = await startServer(t);
  const { socket, receive } = open(t, port);
  await once(socket, 'connect');
  const text = get('/page');
  socket.write(text.slice(0, 9));
  const other = open(t, port);
  other.socket.write(get('/live/part'));
  await other.receive('abcdefgh');
  socket.write(text.slice(9));
  await receive('other GET /page');
});

test('Refused after an answer of the server came on the same connection', async (t) => {
  const { port } = await startServer(t);
  const { socket, receive } = open(t, port);
  socket.write(get('/page'));
  await receive('other GET /page');
  socket.write('nonsense\r\n\r\n');
  await receive(/^HTTP\/1\.1 400 /);
  await once(socket, 'close');
});

test('After an answer of the server that says so, the connection is closed, and nothing more is taken from it', async (t) => {
  for (const last of [get('/page', 'Connection: close\r\n'), 'GET /page HTTP/1.1\r\n\r\n']) {
    const { port, seen, connections } = await startServer(t);
    const { socket, receive } = open(t, port);
    // So that it is the fast path's, and lent.
    socket.write(get('/page'));
    await receive('other GET /page');
    const before = seen.server;
    // He does not hang up by himself.
    socket.allowHalfOpen = true;
    socket.write(last);
    await receive(/connection: close\r\n/i);
    await waitFor(() => connections[0]!.destroyed, { what: 'the end of the connection' });
    assert.ok(seen.server <= before + 1);
  }
});

test('A viewer who has gone is known to have gone', async (t) => {
  const { port, held } = await startServer(t);
  const { socket } = open(t, port);
  socket.write(get('/live/held'));
  while (held.length === 0) await new Promise(setImmediate);
  const closed = new Promise<void>((resolve) => held[0]!.on('close', resolve));
  socket.destroy();
  await closed;
  assert.equal(held[0]!.destroyed, true);
});

test('One that sends and sends while it waits is cut off', async (t) => {
  const { port, held } = await startServer(t);
  const { socket } = open(t, port);
  socket.write(get('/live/held'));
  while (held.length === 0) await new Promise(setImmediate);
  socket.write(get('/live/part', `X: ${'y'.repeat(60_000)}\r\n`));
  await once(socket, 'close');
});

test('Nothing piles up for one who asks and asks and takes nothing', async (t) => {
  const { port, seen, connections } = await startServer(t);
  const { socket } = open(t, port);
  await once(socket, 'connect');
  socket.pause();
  let asked = 0;
  const ask = () => {
    socket.write(get('/live/large'));
    asked += 1;
  };
  // Until the buffers of the kernel are full, and what is behind them too.
  while (connections[0]?.isPaused() !== true) {
    assert.ok(asked < 64, 'everything is answered');
    ask();
    await waitFor(() => seen.fast === asked);
  }
  ask();
  let taken = 0;
  socket.removeAllListeners('data').on('data', (text: string) => {
    taken += text.length;
  });
  socket.resume();
  await waitFor(() => seen.fast === asked && taken > asked * large.length);
});

test('What the server does not read yet is not read from the connection either', async (t) => {
  const { port, seen, connections } = await startServer(t);
  const { socket, receive } = open(t, port);
  socket.write(get('/page'));
  await receive('other GET /page');
  socket.pause();
  let asked = 1;
  // Node stops to read when too many answers wait.
  while (!connections[0]!.isPaused()) {
    assert.ok(asked < 50_000, 'everything is read');
    socket.write(get(`/page?${'x'.repeat(1000)}`).repeat(20));
    asked += 20;
    await new Promise(setImmediate);
  }
  socket.removeAllListeners('data').on('data', () => {});
  socket.resume();
  await waitFor(() => seen.server === asked);
});
