/** A delivery server that strangers visit, beside viewers who only want to watch. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { Streams } from '../../../src/delivery/contract.ts';
import { serveStreams } from '../../../src/delivery/http/server.ts';
import { followStreams } from '../../../src/delivery/streams.ts';
import { createMemoryCluster } from '../../../src/kafka/memory.ts';
import { get } from '../../support/delivery.ts';
import { LiveScript } from '../../support/live-records.ts';
import { LiveTopic } from '../../support/live-topic.ts';
import { waitFor } from '../../support/wait.ts';
import { mostMemory, type Target } from '../target.ts';
import { hostileVisit, type Visit } from './hostile.ts';

const caseSize = 60;
/** Milliseconds that a visitor stays: some are made to wait for what comes later, or sent what has no end. */
const stays = 250;

/** `between` the server and its streams: to see that faults are found. */
export async function openServe(between = (streams: Streams): Streams => streams): Promise<Target<Visit>> {
  const complaints: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void complaints.push(line) });
  const kafka = createMemoryCluster().client();
  const stop = new AbortController();
  const live = await LiveTopic.open(kafka, 'live');
  const script = new LiveScript({ stream: 'good', began: Date.now() * 1000 - 12_000_000 });
  await live.append(script.segments(8).made.splice(0));
  const streams = followStreams({ kafka, topic: 'live', signal: stop.signal });
  await streams.begun;
  const server = await serveStreams(between(streams), { port: 0, logger });
  const port = Number(new URL(server.url).port);
  const viewer = await openViewer(`ws://127.0.0.1:${port}/live/good/ws`);

  return {
    name: 'serve',
    unit: 'visits',
    short: 240,
    limit: 60_000,
    memory: mostMemory,
    make: (random) => Array.from({ length: caseSize }, () => hostileVisit(random)),
    count: (items) => items.length,
    async judge(items) {
      const media = script.media;
      const visits = items.map((item) => visit(port, item));
      await live.append(script.segments(1).made.splice(0));
      const statuses = await Promise.all(visits);
      const faults = statuses.flatMap((found, index) =>
        found
          .filter((status) => status >= 500 && status !== 503)
          .map((status) => `visit ${index} is answered with ${status}`),
      );
      const part = `part main 1.${media}.4.0;`;
      await waitFor(() => viewer.received.has(part), {
        timeout: 5000,
        interval: 5,
        what: `${part} at the viewer`,
      }).catch((error: Error) => faults.push(error.message));
      const { status, body } = await get(`${server.url}/live/good/main/live.m3u8`);
      // The newest segment may go on, as far as anybody knows.
      if (status !== 200 || !body.includes(`seg-1-${media - 1}.m4s`))
        faults.push(`the live playlist is answered with ${status}, without segment ${media - 1}`);
      const healthy = await get(`${server.url}/healthz`);
      if (healthy.status !== 200) faults.push(`/healthz is answered with ${healthy.status}`);
      return [...faults, ...complaints.splice(0)];
    },
    async close() {
      viewer.socket.terminate();
      await server.close();
      stop.abort();
      await streams.ended;
      await kafka.close();
    },
  };
}

async function openViewer(url: string) {
  const socket = new WebSocket(url);
  const received = new Set<string>();
  socket.on('message', (data: Buffer, isBinary: boolean) => isBinary && received.add(data.toString().trim()));
  await once(socket, 'open');
  return { socket, received };
}

/** Sends all of it; resolves with the states of the answers, when the server has ended the connection, or the visitor has stayed for long enough. */
async function visit(port: number, { pieces, kind }: Visit): Promise<number[]> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).setNoDelay(true);
  const received: Buffer[] = [];
  let length = 0;
  socket.on('data', (bytes: Buffer) => {
    // Of what is long the beginning is enough.
    if (length < 1_000_000) received.push(bytes);
    length += bytes.length;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), closed]);
  for (const piece of pieces) {
    socket.write(piece);
    // So that upgrades are answered before their first frame comes, now and then.
    if (kind === 'socket') await new Promise(setImmediate);
  }
  const over = new AbortController();
  await Promise.race([closed, delay(stays, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
  socket.destroy();
  const text = Buffer.concat(received).toString('latin1');
  return [...text.matchAll(/(?:^|\n|;|\})HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
