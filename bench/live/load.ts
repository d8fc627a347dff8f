/**
 * Many viewers of one stream: `node bench/live/load.ts --url http://127.0.0.1:8080 --stream cam --viewers 200`.
 *
 * Each waits for the next playlist and fetches its part, as players of low-latency HLS do. Prints requests a second, how long
 * after its arrival a part was with the viewers, and what the server costs (`--pid`, by default whoever listens there). When a part
 * arrived, this process sees itself: it follows the topic as the server does.
 */
import { execFileSync, fork } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openStreams } from '../../src/delivery/streams.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { ProcessMeter } from '../process-meter.ts';
import { quantile } from '../statistics.ts';
import type { ViewersOrder, ViewersReport } from './viewers.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    stream: { type: 'string', default: 'cam' },
    viewers: { type: 'string', default: '200' },
    /** How many playlists each viewer follows at a time: 2 is what servers with separate sound make players do. */
    follow: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '20' },
    pid: { type: 'string' },
    topic: { type: 'string', default: 'live' },
    'bootstrap-servers': { type: 'string', default: '127.0.0.1:9092' },
    /** Appends the line of the table to this file. */
    append: { type: 'string' },
  },
});

const clock = (): number => performance.timeOrigin + performance.now();
const { hostname, port, origin } = new URL(values.url);
const [viewers, follow, seconds] = [values.viewers, values.follow, values.seconds].map(Number) as [
  number,
  number,
  number,
];

/** When parts came to a reader of the topic, by their paths: the beginning of a part's way to its viewers. */
const arrived = new Map<string, number>();
const stop = new AbortController();
const kafka = createKafka({
  properties: { 'bootstrap.servers': values['bootstrap-servers'] },
  clientId: 'load',
});
const streams = await openStreams({ kafka, topic: values.topic, signal: stop.signal });
const live = streams.live(values.stream);
if (live === undefined) throw new Error(`stream ${values.stream} is not live on topic ${values.topic}`);
live.listen((arrival) => {
  if (arrival.type !== 'part') return;
  const { segment, part, rendition } = arrival;
  arrived.set(`/live/${values.stream}/${rendition}/part-${segment.epoch}-${part.ordinal}.m4s`, clock());
  if (arrived.size > 1000) arrived.delete(arrived.keys().next().value!);
});

const names = live.renditions.map(({ name }) => name);
const playlists = Array.from(
  { length: follow },
  (_, index) => `/live/${values.stream}/${names[index % names.length]}/live.m3u8`,
);
const load = fork(new URL('./viewers.ts', import.meta.url), { serialization: 'advanced' });
const order: ViewersOrder = { host: hostname, port: Number(port || 80), playlists, viewers };
load.send(order);

const serverPid = Number(values.pid ?? pidOfListener(port));
const meter = new ProcessMeter(serverPid);
const loadMeter = new ProcessMeter(load.pid);
let isMeasuring = false;
let requests = 0;
let bytes = 0;
const failures = new Map<string, number>();
const fromArrival: number[] = [];
const fromCapture: number[] = [];

load.on('message', (report: ViewersReport) => {
  if (!isMeasuring) return;
  requests += report.requests;
  bytes += report.bytes;
  for (const reason of report.failures) failures.set(reason, (failures.get(reason) ?? 0) + 1);
  for (const { uri, ends, received } of report.parts) {
    const came = arrived.get(uri);
    for (const at of received) {
      if (came !== undefined) fromArrival.push(at - came);
      if (!Number.isNaN(ends)) fromCapture.push(at - ends);
    }
  }
});

// Until all of them have come and are in phase.
await new Promise((resolve) => setTimeout(resolve, 4000));
isMeasuring = true;
meter.restart();
loadMeter.restart();
const began = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const took = (performance.now() - began) / 1000;
const [server, generator] = [meter.stop(), loadMeter.stop()];
load.disconnect();
stop.abort();
await streams.ended;
await kafka.close();

const milliseconds = (list: readonly number[]) =>
  [0.5, 0.95, 0.99].map((share) => quantile(list, share).toFixed(0)).join(' / ');
const failed = [...failures].map(([reason, count]) => `${count} x ${reason}`).join('; ') || 'none';
const line =
  `| ${viewers} | ${(requests / took).toFixed(0)} | ${milliseconds(fromArrival)} | ${milliseconds(fromCapture)} ` +
  `| ${(server.cpuSeconds / took).toFixed(2)} | ${(server.peakBytes / 1e6).toFixed(0)} MB ` +
  `| ${(generator.cpuSeconds / took).toFixed(2)} | ${((bytes * 8) / took / 1e6).toFixed(0)} Mb/s | ${failed} |`;
console.log(
  '| viewers | requests/s | part at the server -> with a viewer, ms p50 / p95 / p99 | taken -> with a viewer, ms ' +
    '| server, cores | server, peak | viewers, cores | sent | failures |\n|--:|--:|--:|--:|--:|--:|--:|--:|---|',
);
console.log(line);
if (values.append !== undefined) await appendFile(values.append, `${line}\n`);

/** Of the process that listens there, on this machine. */
function pidOfListener(listenPort: string): number {
  const listening = execFileSync('ss', ['-ltnpH', `sport = :${listenPort}`], { encoding: 'utf8' });
  const pid = /pid=(\d+)/.exec(listening)?.[1];
  if (pid === undefined) throw new Error(`nobody listens at ${origin}: give the server's --pid`);
  return Number(pid);
}
