import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { makeAuthority } from '../../../test/support/certificates.ts';
import { listener } from '../../../test/support/listener.ts';
import { WireWriter } from '../wire/primitives.ts';
import { Connection } from './connection.ts';
import { StalledConnection } from './endings.ts';
import { NetworkFailure } from './failures.ts';

async function connected(
  t: TestContext,
  port: number,
  requestTimeout = 60_000,
  isCutOff = (): boolean => false,
): Promise<Connection> {
  const connection = await Connection.open({
    address: { host: '127.0.0.1', port },
    tls: undefined,
    clientId: 'test',
    connectTimeout: 60_000,
    requestTimeout,
    isCutOff,
  });
  t.after(() => connection.close());
  return connection;
}

function ask(connection: Connection, body = 'question'): Promise<string> {
  const request = { apiKey: 1, apiVersion: 1, pieces: [Buffer.from(body)], hasTags: true };
  return connection.exchange(request).then(({ bytes }) => bytes.toString());
}

/** Answers each request with the text that it ends with, after the correlation id. */
function echo(socket: Socket): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readInt32BE(0)) {
      const request = rest.subarray(4, 4 + rest.readInt32BE(0));
      rest = rest.subarray(4 + request.byteLength);
      const text = request.subarray(request.readInt16BE(8) + 11);
      socket.write(
        new WireWriter()
          .int32(text.byteLength + 4)
          .int32(request.readInt32BE(4))
          .cut(),
      );
      socket.write(text);
    }
  });
}

test('Each request gets its own answer', async (t) => {
  const connection = await connected(t, (await listener(t, echo)).port);
  const questions = Array.from({ length: 20 }, (_, index) => `question ${index}`);
  assert.deepEqual(await Promise.all(questions.map((text) => ask(connection, text))), questions);
});

test('Noise instead of an answer is an error', async (t) => {
  for (let round = 0; round < 20; round += 1) {
    const { port } = await listener(t, (socket) =>
      socket.once('data', () => socket.write(randomBytes(1000))),
    );
    const connection = await connected(t, port);
    await assert.rejects(ask(connection), NetworkFailure);
    assert.equal(connection.isOpen, false);
    await assert.rejects(ask(connection), NetworkFailure);
  }
});

test('An answer that nobody awaits, or of a size that cannot be, is an error', async (t) => {
  for (const [bytes, correlationId] of [
    [8, 77],
    [2, 1],
    [2 ** 31 - 1, 1],
    [-5, 1],
  ] as const) {
    const answer = new WireWriter().int32(bytes).int32(correlationId).cut();
    const { port } = await listener(t, (socket) => socket.once('data', () => socket.write(answer)));
    await assert.rejects(ask(await connected(t, port)), /not a response of Kafka's protocol/);
  }
});

test('A port that speaks TLS is recognized', async (t) => {
  const alert = Buffer.from([0x15, 3, 3, 0, 2, 2, 80]);
  const { port } = await listener(t, (socket) => socket.once('data', () => socket.write(alert)));
  await assert.rejects(ask(await connected(t, port)), { kind: 'authentication', message: /SASL_SSL/ });
});

test('A connection that the broker closes rejects all that wait', async (t) => {
  const { port } = await listener(t, (socket) => socket.once('data', () => socket.destroy()));
  const connection = await connected(t, port);
  const outcomes = await Promise.allSettled([ask(connection), ask(connection)]);
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof NetworkFailure);
  }
  assert.ok((await connection.closed) instanceof NetworkFailure);
});

test('Silence ends the connection, and only when an answer is due', async (t) => {
  const { port } = await listener(t, () => {});
  const idle = await connected(t, port, 50);
  const waiting = await connected(t, port, 50);
  await assert.rejects(ask(waiting), StalledConnection);
  assert.ok(idle.isOpen);
});

test('What has come of an answer is waited for twice as long where the line is cut', async (t) => {
  const half = new WireWriter().int32(8).int32(1).cut();
  let goOn = (): void => {};
  const { port } = await listener(t, (socket) =>
    socket.once('data', (request: Buffer) => {
      if (request.includes('begin')) socket.write(half);
      if (request.includes('go on')) goOn = () => void socket.write('done');
    }),
  );
  const cut = () => {
    goOn();
    return true;
  };
  const open = () => connected(t, port, 300, cut);
  assert.equal(await ask(await open(), 'begin, and go on'), 'done');
  await assert.rejects(ask(await open(), 'begin'), StalledConnection);
  goOn = () => assert.fail('nothing has come of the answer');
  await assert.rejects(ask(await open(), 'say nothing'), StalledConnection);
});

test('A connection may be given less time while it waits', async (t) => {
  const connection = await connected(t, (await listener(t, () => {})).port);
  const waiting = ask(connection);
  connection.setRequestTimeout(50);
  await assert.rejects(waiting, /no answer/);
});

test('A gate holds requests back, in order, and lets the urgent pass', async (t) => {
  const connection = await connected(t, (await listener(t, echo)).port);
  const open = connection.closeGate();
  const order: string[] = [];
  const held = ['first', 'second'].map((text) => ask(connection, text).then((answer) => order.push(answer)));
  const request = { apiKey: 1, apiVersion: 1, pieces: [Buffer.from('urgent')], hasTags: true, urgent: true };
  order.push((await connection.exchange(request)).bytes.toString());
  open();
  await Promise.all(held);
  assert.deepEqual(order, ['urgent', 'first', 'second']);
});

test('What waits at a gate is rejected when the connection closes', async (t) => {
  const connection = await connected(t, (await listener(t, echo)).port);
  connection.closeGate();
  const held = ask(connection);
  connection.close(new NetworkFailure('gone'));
  await assert.rejects(held, /gone/);
});

test('On a closed connection nothing waits for its gate', async (t) => {
  const connection = await connected(t, (await listener(t, echo)).port);
  connection.close(new NetworkFailure('gone'));
  connection.closeGate();
  await assert.rejects(ask(connection), /gone/);
});

test('A throttled connection sends again after its time', async (t) => {
  const throttled: number[] = [];
  const connection = await Connection.open({
    address: { host: '127.0.0.1', port: (await listener(t, echo)).port },
    tls: undefined,
    clientId: 'test',
    connectTimeout: 60_000,
    requestTimeout: 60_000,
    onThrottle: (milliseconds) => throttled.push(milliseconds),
  });
  t.after(() => connection.close());
  const begun = performance.now();
  connection.throttle(60);
  assert.equal(await ask(connection, 'late'), 'late');
  // Timers count whole milliseconds.
  assert.ok(performance.now() - begun >= 59, 'it was sent within that time');
  // No broker means weeks: that is a spoiled answer.
  connection.throttle(2 ** 31 - 1);
  assert.deepEqual(throttled, [60, 300_000]);
});

test('Nobody there is an error that may pass', async (t) => {
  const { port } = await listener(t, echo);
  await assert.rejects(
    Connection.open({
      address: { host: '127.0.0.1', port: port === 1 ? 2 : 1 },
      tls: undefined,
      clientId: 'test',
      connectTimeout: 60_000,
      requestTimeout: 1000,
    }),
    NetworkFailure,
  );
});

test('Nothing waits on a closed connection for the end of its broker’s rest', async (t) => {
  const connection = await connected(t, (await listener(t, echo)).port);
  connection.throttle(60_000);
  connection.close(new NetworkFailure('gone'));
  await assert.rejects(ask(connection), /gone/);
});

test('An alert on a connection in use is a matter of the network', async (t) => {
  const authority = await makeAuthority('test');
  t.after(() => authority.remove());
  const { certificate, key } = await authority.issue('broker');
  const [cert, secret] = await Promise.all([readFile(certificate), readFile(key)]);
  const server = createTlsServer({ cert, key: secret }, (socket) => echo(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  let spoils = false;
  const { port } = await listener(t, (client) => {
    const broker = connect((server.address() as AddressInfo).port, '127.0.0.1');
    t.after(() => broker.destroy());
    client.on('data', (bytes: Buffer) => {
      if (spoils) bytes[bytes.byteLength - 1]! ^= 1;
      broker.write(bytes);
    });
    broker.pipe(client);
    broker.on('error', () => {});
  });
  const connection = await Connection.open({
    address: { host: '127.0.0.1', port },
    tls: { rejectUnauthorized: false },
    clientId: 'test',
    connectTimeout: 60_000,
    requestTimeout: 60_000,
  });
  t.after(() => connection.close());
  // Two answers, for a handshake of TLS 1.3 is over for the client before it is for the broker.
  assert.equal(await ask(connection, 'whole'), 'whole');
  assert.equal(await ask(connection, 'again'), 'again');
  spoils = true;
  await assert.rejects(ask(connection, 'spoiled'), (error: NetworkFailure) => {
    assert.ok(error instanceof NetworkFailure, String(error));
    assert.match(String(Reflect.get(error.cause as Error, 'code')), /ALERT/);
    return true;
  });
});
