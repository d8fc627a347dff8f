/** One stream with many viewers, by low-latency HLS or by WebSocket: what server and broker took in some seconds. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createKafka } from '../../src/kafka/client.ts';
import type { Transport } from '../../src/plan/flows.ts';
import { observedLive } from '../../src/plan/observe.ts';
import { decodeIndexEntry } from '../../src/records/live-index.ts';
import { playlistsOf } from '../live/crowd.ts';
import { type LiveStage, streamName } from '../live/stage.ts';
import type { ViewersOrder, ViewersReport } from '../live/viewers.ts';
import { crossed } from './alone.ts';

export interface LiveLoad {
  readonly transport: Transport;
  readonly viewers: number;
  readonly seconds: number;
}

export interface LiveMeasured {
  readonly seconds: number;
  /** Bits a second, as the index of segments has it. */
  readonly bitRate: number;
  readonly server: number;
  readonly requests: number;
  readonly bytes: number;
  readonly crossed: number;
  /** Appended to `L`, `L.index` and `L.streams`. */
  readonly records: number;
  readonly failures: number;
}

/** One watching, and what it took. */
export interface LiveRun {
  readonly transport: Transport;
  readonly viewers: number;
  readonly measured: LiveMeasured;
}

export async function watch(stage: LiveStage, load: LiveLoad): Promise<LiveMeasured> {
  const name = load.transport === 'll-hls' ? '../live/viewers.ts' : './sockets.ts';
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), { serialization: 'advanced' });
  const { hostname: host, port } = new URL(stage.url);
  const playlists = (await playlistsOf(stage.url, streamName)).slice(0, 1);
  const order: ViewersOrder = { host, port: Number(port), playlists, viewers: load.viewers };
  child.send(order);
  // Until all of them have come.
  for (let count = 0; count < 4; count += 1) await once(child, 'message');
  let [requests, bytes, failures] = [0, 0, 0];
  const before = {
    server: stage.cpuSeconds().server ?? 0,
    crossed: crossed(),
    records: await recordsOf(stage),
  };
  const began = performance.now();
  child.on('message', (report: ViewersReport) => {
    requests += report.requests;
    bytes += report.bytes;
    failures += report.failures.length;
  });
  await new Promise((resolve) => setTimeout(resolve, load.seconds * 1000));
  const seconds = (performance.now() - began) / 1000;
  const after = {
    server: stage.cpuSeconds().server ?? 0,
    crossed: crossed(),
    records: await recordsOf(stage),
  };
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
  return {
    ...{ seconds, requests, bytes, failures },
    bitRate: await bitRateOf(stage),
    server: after.server - before.server,
    crossed: after.crossed - before.crossed,
    records: after.records - before.records,
  };
}

const topics = ['live', 'live.index', 'live.streams'];

async function recordsOf({ bootstrapServers }: LiveStage): Promise<number> {
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  const ends = await Promise.all(topics.map((topic) => kafka.offsets(topic, 'latest')));
  await kafka.close();
  return ends.reduce((sum, of) => sum + [...of.values()].reduce((all, end) => all + end, 0), 0);
}

async function bitRateOf({ bootstrapServers }: LiveStage): Promise<number> {
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  const segments: Parameters<typeof observedLive>[0][number][] = [];
  for (const [partition, offset] of await kafka.offsets('live.index', 'earliest'))
    await kafka.readToEnd('live.index', partition, offset, (record) => {
      const entry = decodeIndexEntry(record);
      if (entry.kind === 'segment') segments.push(entry);
    });
  await kafka.close();
  return observedLive(segments)?.bitRate ?? Number.NaN;
}
