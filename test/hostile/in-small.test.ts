/** Strangers at every port, in small: what `npm run test:hostile` does with programs, here with servers in this process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openFigures } from '../../src/figures/server.ts';
import { Board } from '../../src/live/ingest/board.ts';
import { ConnectionLimit } from '../../src/live/ingest/connection-limit.ts';
import type { Desk } from '../../src/live/ingest/contract.ts';
import { ingestFigures } from '../../src/live/ingest/figures.ts';
import { openRtmpServer } from '../../src/live/ingest/rtmp/server.ts';
import { SrtServer } from '../../src/live/ingest/srt/server.ts';
import { serveWhip } from '../../src/live/ingest/whip/server.ts';
import { type Logger, silentLogger } from '../../src/log.ts';
import { makeAuthority } from '../support/certificates.ts';
import { Random } from '../support/random.ts';
import { ChunkSender, clientHandshake } from '../support/rtmp.ts';
import { waitFor } from '../support/wait.ts';
import { crowd } from './crowd.ts';
import { datagrams } from './datagrams.ts';
import { visit } from './visit.ts';

const strangers = 50;
const kinds = ['rtmp', 'rtmps', 'whip', 'figures'] as const;

/** Lets in who has the key, and keeps what is sent. */
function deskOf(taken: Buffer[]): Desk {
  return {
    async ask({ key }) {
      if (key !== 'good') return { isAdmitted: false, why: 'denied', message: 'no such key' };
      const { signal } = new AbortController();
      const send = async ({ bytes }: { readonly bytes: AsyncIterable<Buffer> }) => {
        try {
          for await (const slice of bytes) taken.push(slice);
        } catch {
          // What came of it is compared.
        }
      };
      return { isAdmitted: true, seat: { signal, send, leave: () => {} } };
    },
  };
}

async function openAll(t: TestContext, desk: Desk, logger: Logger) {
  const authority = await makeAuthority('strangers');
  t.after(() => authority.remove());
  const files = await authority.issue('localhost', ['IP:127.0.0.1']);
  const tls = { certificate: await readFile(files.certificate), key: await readFile(files.key) };
  const limit = new ConnectionLimit(1000, 50, silentLogger);
  const waits = { handshake: 1500, publish: 1500 };
  const common = { desk, host: '127.0.0.1', port: 0, limit, logger };
  const rtmp = await openRtmpServer({ ...common, waits });
  const rtmps = await openRtmpServer({ ...common, waits, tls });
  const srt = await SrtServer.start({ ...common, latency: 250 });
  const whip = await serveWhip({
    ...common,
    // None of them comes so far.
    peers: async () => ({ open: () => assert.fail('somebody was let in'), close: () => {} }),
  });
  const watched = { figures: ingestFigures(new Board(), () => false, 1), unready: () => undefined };
  const figures = await openFigures({ ...common, watched });
  for (const server of [rtmp, rtmps, srt, whip, figures]) t.after(() => server.close());
  return {
    ports: {
      rtmp: rtmp.port,
      rtmps: rtmps.port,
      whip: whip.port,
      figures: Number(new URL(figures.url).port),
    },
    srt,
  };
}

const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

test('Strangers at every port: nothing stays of them, the log is short, and who sends is not disturbed', async (t) => {
  const lines: string[] = [];
  const write = (_: object, message: string): void => void lines.push(message);
  const logger: Logger = Object.assign(Object.create(silentLogger) as Logger, {
    ...{ info: write, warn: write, error: write },
    child: () => logger,
  });
  const taken: Buffer[] = [];
  const { ports, srt } = await openAll(t, deskOf(taken), logger);
  const sender = new ChunkSender();
  const socket = connect(ports.rtmp, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.resume().write(Buffer.concat([clientHandshake, sender.publish('cam?key=good')]));
  const picture = (at: number) => Buffer.from(`picture ${at}.`);
  let sent = 0;
  const send = setInterval(() => {
    socket.write(sender.media(9, sent * 40, picture(sent)));
    sent += 1;
  }, 10);
  t.after(() => clearInterval(send));
  await waitFor(() => taken.length > 3, { what: 'the first pictures' });
  const before = sockets();
  const manners = { count: strangers, atOnce: 40, slowAtOnce: 20, patience: 1000, pause: 10, longest: 300 };
  // All ports at once: most of what a stranger does is waiting.
  const come = async (kind: keyof typeof ports): Promise<void> => {
    const random = new Random(kind.length);
    const { outcomes } = await crowd({ ...manners, random, kind, port: ports[kind] });
    assert.equal(outcomes.cut + outcomes.left, strangers, `${kind}: ${JSON.stringify(outcomes)}`);
  };
  const many = { count: 1000, random: new Random(7), atOnce: 20, pause: 10 };
  const [{ answers }] = await Promise.all([
    datagrams({ ...many, kind: 'srt', port: srt.port }),
    ...kinds.map(come),
  ]);
  assert.ok(answers > 0);
  // Whoever comes behind them is answered.
  for (const kind of kinds) {
    const piece = kind.startsWith('rtmp')
      ? clientHandshake
      : Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const probe = { name: 'patient', pieces: [piece], tls: kind === 'rtmps', manner: 'answered' } as const;
    const waits = { patience: 20_000, pause: 0, longest: 0 };
    const { answered } = await visit({ port: ports[kind], from: '127.0.0.1', probe, ...waits });
    assert.ok(answered > 0, kind);
  }
  await waitFor(() => sockets() <= before, { what: 'the end of the last stranger' });
  clearInterval(send);
  socket.end(sender.command('deleteStream', 6, null, 1));
  await once(socket, 'close');
  const flv = Buffer.concat(taken).toString('latin1');
  const missing = Array.from({ length: sent }, (_, at) => at).filter(
    (at) => !flv.includes(String(picture(at))),
  );
  assert.deepEqual(missing, []);
  // Three kinds of servers tell at most so many in a period of ten seconds, of which there may be some.
  assert.ok(lines.length <= 3 * 20 * 3, `${lines.length} lines, the last: ${lines.slice(-3).join('; ')}`);
});
