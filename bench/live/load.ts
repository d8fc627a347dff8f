/**
 * Many viewers of one stream: `node bench/live/load.ts --url http://127.0.0.1:8080 --stream cam --viewers 200`.
 *
 * Each waits for the next playlist and fetches its part, as players of low-latency HLS do. Prints requests a second, how long
 * after its arrival a part was with the viewers, and what the server costs (`--pid`, by default whoever listens there). When a part
 * arrived, this process sees itself: it follows the topic as the server does.
 *
 * `--through nginx` puts that in between, with the configuration in `deploy/nginx` (`scripts/setup-caches` installs it), and adds what it costs and how many requests
 * came to the server; `--through plain-nginx` the same without its rounds, as `proxy_cache_lock` is by itself.
 */
import { execFileSync, fork } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { openStreams } from '../../src/delivery/streams.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { type StartedNginx, startNginx } from '../../test/caches/nginx.ts';
import { Scope } from '../../test/support/owner.ts';
import { ProcessMeter } from '../process-meter.ts';
import { quantile } from '../statistics.ts';
import { setStage, streamName } from './stage.ts';
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
    through: { type: 'string' },
    /** Starts all of it beside the viewers: Kafka, a camera, a publisher, a server. */
    stage: { type: 'boolean', default: false },
    'bootstrap-servers': { type: 'string', default: '127.0.0.1:9092' },
    /** Appends the line of the table to this file. */
    append: { type: 'string' },
  },
});

const scope = new Scope();
const stage = values.stage ? await setStage({ publisher: [] }) : undefined;
if (stage !== undefined) scope.after(stage.stop);
const place = {
  url: stage?.url ?? values.url,
  stream: stage === undefined ? values.stream : streamName,
  bootstrapServers: stage?.bootstrapServers ?? values['bootstrap-servers'],
};
const clock = (): number => performance.timeOrigin + performance.now();
const { hostname, port, origin } = new URL(place.url);
const [viewers, follow, seconds] = [values.viewers, values.follow, values.seconds].map(Number) as [
  number,
  number,
  number,
];

/** When parts came to a reader of the topic, by their paths: the beginning of a part's way to its viewers. */
const arrived = new Map<string, number>();
const stop = new AbortController();
const kafka = createKafka({
  properties: { 'bootstrap.servers': place.bootstrapServers },
  clientId: 'load',
});
const streams = await openStreams({ kafka, topic: values.topic, signal: stop.signal });
const live = streams.live(place.stream);
if (live === undefined) throw new Error(`stream ${place.stream} is not live on topic ${values.topic}`);
live.listen((arrival) => {
  if (arrival.type !== 'part') return;
  const { segment, part, rendition } = arrival;
  arrived.set(`/live/${place.stream}/${rendition}/part-${segment.epoch}-${part.ordinal}.m4s`, clock());
  if (arrived.size > 1000) arrived.delete(arrived.keys().next().value!);
});

const names = live.renditions.map(({ name }) => name);
const playlists = Array.from(
  { length: follow },
  (_, index) => `/live/${place.stream}/${names[index % names.length]}/live.m3u8`,
);
const load = fork(new URL('./viewers.ts', import.meta.url), { serialization: 'advanced' });
const cache = values.through === undefined ? undefined : await startCache(values.through);
const order: ViewersOrder = {
  host: hostname,
  port: cache?.port ?? Number(port || 80),
  playlists,
  viewers,
};
load.send(order);

const serverPid = Number(values.pid ?? pidOfListener(port));
const meter = new ProcessMeter(serverPid);
const loadMeter = new ProcessMeter(load.pid);
const cacheMeter = cache === undefined ? undefined : new ProcessMeter(cache.command.child.pid);
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
cacheMeter?.restart();
const askedBefore = await askedOfServer();
const began = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const took = (performance.now() - began) / 1000;
const asked = (await askedOfServer()) - askedBefore;
const between = cacheMeter?.stop();
const [server, generator] = [meter.stop(), loadMeter.stop()];
load.disconnect();
stop.abort();
await streams.ended;
await kafka.close();
await scope.close();

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
if (between !== undefined) {
  console.log(
    `${values.through}: ${asked} of ${requests} requests came to the server (${((100 * asked) / requests).toFixed(2)} %); ` +
      `${(between.cpuSeconds / took).toFixed(2)} cores; load of the machine ${loadavg()[0]?.toFixed(1)}`,
  );
}
if (values.append !== undefined) await appendFile(values.append, `${line}\n`);

/** Of the process that listens there, on this machine. */
function pidOfListener(listenPort: string): number {
  const listening = execFileSync('ss', ['-ltnpH', `sport = :${listenPort}`], { encoding: 'utf8' });
  const pid = /pid=(\d+)/.exec(listening)?.[1];
  if (pid === undefined) throw new Error(`nobody listens at ${origin}: give the server's --pid`);
  return Number(pid);
}

/** What the server has answered, or holds, of requests below `/live/`. */
async function askedOfServer(): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const lines = text.split('\n').filter((one) => one.startsWith('sluice_requests_total{'));
  return lines.reduce((sum, one) => sum + Number(one.slice(one.lastIndexOf(' ') + 1)), 0);
}

function startCache(name: string): Promise<StartedNginx> {
  const servers = [`${hostname}:${port || 80}`];
  if (name === 'nginx') return startNginx(scope, { servers });
  if (name !== 'plain-nginx') throw new Error('--through: nginx or plain-nginx');
  const changes = [
    ['proxy_cache_lock_timeout 200ms;', 'proxy_cache_lock_timeout 10s;'],
    ['error_page 529 = @second;', ''],
  ] as const;
  return startNginx(scope, { servers, changes });
}
