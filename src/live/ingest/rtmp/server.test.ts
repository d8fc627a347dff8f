import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ChunkSender, clientHandshake } from '../../../../test/support/rtmp.ts';
import { type Logger, silentLogger } from '../../../log.ts';
import { ConnectionLimit } from '../connection-limit.ts';
import type { Answer, Caller, Desk } from '../contract.ts';
import { openRtmpServer, type RtmpServerOptions } from './server.ts';

async function open(t: TestContext, desk: Desk, more: Partial<RtmpServerOptions> = {}) {
  const limit = new ConnectionLimit(10, 3, silentLogger);
  const server = await openRtmpServer({
    desk,
    host: '127.0.0.1',
    port: 0,
    limit,
    logger: silentLogger,
    ...more,
  });
  t.after(() => server.close());
  return () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    return socket;
  };
}

const refusing: Desk = { ask: async () => ({ isAdmitted: false, why: 'denied', message: 'no such key' }) };

/** All that comes until the end. */
async function all(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (slice: Buffer) => {
    text += slice.toString('latin1');
  });
  await once(socket, 'close');
  return text;
}

test('Who says nothing, half a handshake, or nothing behind it is cut off; so is what is no RTMP', async (t) => {
  const wait = await open(t, refusing, { waits: { handshake: 30, publish: 60 } });
  const [silent, half] = [wait(), wait()];
  half.write(clientHandshake.subarray(0, 700));
  // An hour for the handshake, and a moment behind it: a machine that is busy may take its time for the one.
  const whole = (await open(t, refusing, { waits: { handshake: 3_600_000, publish: 3_600_030 } }))();
  whole.write(clientHandshake);
  assert.deepEqual((await Promise.all([all(silent), all(half)])).join(''), '');
  assert.equal((await all(whole)).length, 1 + 2 * 1536);
  // It would have had an hour.
  const patient = await open(t, refusing, { waits: { handshake: 3_600_000, publish: 3_600_000 } });
  const web = patient();
  web.write('GET / HTTP/1.1\r\n\r\n');
  assert.equal(await all(web), '');
});

test('Who is refused reads why, and is not waited for', async (t) => {
  const asked: Caller[] = [];
  const wait = await open(t, {
    ask: async (caller) => {
      asked.push(caller);
      return refusing.ask(caller);
    },
  });
  const socket = wait();
  socket.write(Buffer.concat([clientHandshake, new ChunkSender().publish('cam?key=k')]));
  assert.match(await all(socket), /NetStream\.Publish\.Denied.*no such key/s);
  const [{ address = '', ...caller } = {}] = asked;
  assert.deepEqual(caller, { protocol: 'rtmp', stream: 'cam', key: 'k' });
  assert.match(address, /^127\.0\.0\.1:\d+$/);
});

test('One address has no more than its connections', async (t) => {
  const wait = await open(t, refusing);
  const first = [wait(), wait(), wait()];
  await Promise.all(first.map((socket) => once(socket, 'connect')));
  assert.equal(await all(wait()), '');
  first[0]?.destroy();
  assert.ok(first.slice(1).every((socket) => !socket.destroyed));
});

test('A sender whose seat is taken away reads why; what it had sent ends with the reason', async (t) => {
  const dismissed = new AbortController();
  const ends = Promise.withResolvers<unknown>();
  const desk: Desk = {
    ask: async (): Promise<Answer> => ({
      isAdmitted: true,
      seat: {
        signal: dismissed.signal,
        leave: () => assert.fail('it has sent'),
        send: async ({ container, bytes }) => {
          assert.equal(container, 'flv');
          try {
            for await (const _slice of bytes) dismissed.abort(new Error('the key does not hold any more'));
            ends.resolve(undefined);
          } catch (error) {
            ends.resolve(error);
          }
        },
      },
    }),
  };
  const socket = (await open(t, desk))();
  socket.write(Buffer.concat([clientHandshake, new ChunkSender().publish('cam?key=k')]));
  assert.match(await all(socket), /NetStream\.Publish\.Start.*the key does not hold any more/s);
  assert.match(String(await ends.promise), /the key does not hold any more/);
});

test('What strangers get wrong does not fill the log', async (t) => {
  const lines: object[] = [];
  const logger = Object.assign(Object.create(silentLogger) as Logger, {
    info: (facts: object) => void lines.push(facts),
  });
  const wait = await open(t, refusing, { logger, limit: new ConnectionLimit(100, 100, silentLogger) });
  const sender = () => new ChunkSender();
  const wrong = [
    () => sender().publish('cam', 'admin'),
    () => Buffer.concat([sender().command('connect', 1, { app: 'live' }), sender().command('play', 2, null)]),
    () => Buffer.alloc(100, 0xff),
  ];
  const socketOf = async (index: number): Promise<void> => {
    const socket = wait();
    socket.write(Buffer.concat([clientHandshake, wrong[index % wrong.length]!()]));
    await all(socket);
  };
  for (let index = 0; index < 30; index += 1) await socketOf(index);
  // The one that is told behind a flood says how many were not; here all come from one address, within a moment.
  assert.equal(lines.length, 5);
});
