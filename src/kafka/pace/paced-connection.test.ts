import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { listener } from '../../../test/support/listener.ts';
import { Connection } from '../cluster/connection.ts';
import { FramePool } from '../wire/frame-pool.ts';
import { type BandwidthLimit, pacesOf } from './pace.ts';

/** Answers each request with as many bytes as its body's first word says, and hands the whole stream to `see`. */
function server(see: (bytes: Buffer) => void) {
  return (socket: Socket): void => {
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      see(bytes);
      rest = Buffer.concat([rest, bytes]);
      while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readInt32BE(0)) {
        const request = rest.subarray(4, 4 + rest.readInt32BE(0));
        rest = rest.subarray(4 + request.byteLength);
        const size = request.readInt32BE(request.readInt16BE(8) + 11);
        const head = Buffer.alloc(8);
        head.writeInt32BE(size + 4, 0);
        head.writeInt32BE(request.readInt32BE(4), 4);
        socket.write(head);
        socket.write(Buffer.alloc(size, 7));
      }
    });
  };
}

async function connected(t: TestContext, port: number, limit: BandwidthLimit, requestTimeout = 60_000) {
  const connection = await Connection.open({
    address: { host: '127.0.0.1', port },
    tls: undefined,
    clientId: 'test',
    connectTimeout: 60_000,
    requestTimeout,
    paces: pacesOf(limit),
  });
  t.after(() => connection.close());
  return connection;
}

function question(answerBytes: number, body: Uint8Array = Buffer.alloc(0)) {
  const size = Buffer.alloc(4);
  size.writeInt32BE(answerBytes);
  return { apiKey: 1, apiVersion: 1, pieces: [size, body], hasTags: true };
}

test('Requests that are written in steps arrive whole and in their order, small ones between them too', async (t) => {
  const streams: Buffer[] = [];
  const { port } = await listener(
    t,
    server((bytes) => streams.push(bytes)),
  );
  const connection = await connected(t, port, () => 2_000_000);
  const bodies = [200_000, 10, 90_000, 0, 5000, 20].map((size) => randomBytes(size));
  const begun = performance.now();
  const answers = await Promise.all(bodies.map((body, at) => connection.exchange(question(at + 1, body))));
  const took = performance.now() - begun;
  assert.deepEqual(
    answers.map(({ bytes }) => bytes.byteLength),
    bodies.map((_, at) => at + 1),
  );
  const stream = Buffer.concat(streams);
  let from = 0;
  for (const body of bodies) {
    const at = stream.indexOf(body, from);
    assert.ok(at >= from);
    from = at + body.byteLength;
  }
  // 295 kB at 2 MB/s, less what may be made up for: it cannot be sooner.
  assert.ok(took >= 40, `${took} ms`);
});

test('A request that takes many times its time-out to be written is no standstill, nor is an answer that is read slowly', async (t) => {
  const { port } = await listener(
    t,
    server(() => {}),
  );
  // A step is worth twice the time-out.
  const connection = await connected(t, port, () => 2500, 100);
  const pool = new FramePool(1_000_000);
  await connection.exchange(question(10, randomBytes(5000)));
  const { bytes } = await connection.exchange({ ...question(2500), pool });
  assert.equal(bytes.byteLength, 2500);
  assert.ok(connection.isOpen);
});

test('A broker that says nothing is still a standstill', async (t) => {
  const { port } = await listener(t, (socket) => void socket.resume());
  const connection = await connected(t, port, () => 1_000_000, 150);
  await assert.rejects(connection.exchange(question(10, randomBytes(50_000))), /no answer/);
});

test('What is closed writes nothing more, and rejects what waits', async (t) => {
  let seen = 0;
  const { port } = await listener(
    t,
    server((bytes) => {
      seen += bytes.byteLength;
    }),
  );
  const connection = await connected(t, port, () => 10_000);
  const waiting = assert.rejects(connection.exchange(question(1, randomBytes(1_000_000))));
  connection.close();
  await waiting;
  assert.ok(seen < 100_000);
});

test('Without a limit nothing is cut up', async (t) => {
  const { port } = await listener(
    t,
    server(() => {}),
  );
  const connection = await connected(t, port, () => undefined);
  const { bytes } = await connection.exchange(question(500_000, randomBytes(500_000)));
  assert.equal(bytes.byteLength, 500_000);
});

test('What waits for minutes under a small limit goes when there is another one, both ways', async (t) => {
  const { port } = await listener(
    t,
    server(() => {}),
  );
  let limit: number | undefined = 1;
  const connection = await connected(t, port, () => limit);
  const sent = connection.exchange(question(1, Buffer.alloc(6000)));
  limit = 50_000;
  assert.equal((await sent).bytes.byteLength, 1);
  limit = 1;
  const asked = connection.exchange(question(20_000));
  limit = undefined;
  assert.equal((await asked).bytes.byteLength, 20_000);
});
