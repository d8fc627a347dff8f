/**
 * Whether a delivery server's memory stays flat: streams that run, viewers of all kinds that come and go, for an hour.
 *
 *     node bench/live/soak/run.ts [--minutes 60] [--streams 4] [--viewers 200] [--output FILE]
 *
 * Prints a line a minute, then the table; writes it to `bench/results/<date>-soak.md`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startBroker } from '../../../src/broker/broker.ts';
import { machineFacts } from '../../../test/support/machine.ts';
import { type Sample, trendOf } from './slope.ts';
import { kinds, type Seen, watch } from './viewers.ts';

const date = new Date().toISOString().slice(0, 10);
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    streams: { type: 'string', default: '4' },
    viewers: { type: 'string', default: '200' },
    output: {
      type: 'string',
      default: fileURLToPath(new URL(`../../results/${date}-soak.md`, import.meta.url)),
    },
  },
});
const minutes = Number(values.minutes);
const viewers = Number(values.viewers);
const streams = Array.from({ length: Number(values.streams) }, (_, index) => `soak-${index}`);
const port = 18080 + (process.pid % 1000);
const origin = `http://127.0.0.1:${port}`;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
const children: ChildProcess[] = [];

function sluice(args: readonly string[], servers: string): ChildProcess {
  const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, ...args, '--bootstrap-servers', servers, '--quiet'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  child.once('exit', (code) => {
    if (!stop.signal.aborted) console.error(`${args.join(' ')} ended with ${code}`);
  });
  children.push(child);
  return child;
}

/** Bytes that the process has in memory. */
function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** One after the other, for as long as the run lasts: half a minute each, more or less. */
async function seat(index: number, seen: Seen): Promise<void> {
  for (let turn = index; !stop.signal.aborted; turn += 1) {
    const patience = AbortSignal.timeout(Math.round(10_000 + Math.random() * 40_000));
    const signal = AbortSignal.any([stop.signal, patience]);
    const stream = streams[(index + turn) % streams.length]!;
    const kind = kinds[turn % kinds.length]!;
    while (!signal.aborted) await watch(kind, { origin, stream, seen, signal });
  }
}

async function awaitStreams(): Promise<void> {
  while (!stop.signal.aborted) {
    const answers = await Promise.all(
      streams.map((stream) => fetch(`${origin}/live/${stream}/index.m3u8`).catch(() => undefined)),
    );
    if (answers.every((answer) => answer?.status === 200)) return;
    await delay(500);
  }
}

const broker = await startBroker({
  longRunning: true,
  // So that the archive, too, forgets while it is watched.
  properties: { 'log.retention.check.interval.ms': '60000' },
});
try {
  for (const stream of streams) {
    const size = ['--size', '160x90', '--bitrate', '200k', '--rate', '15', '--preset', 'ultrafast'];
    sluice(['live', 'publish', '--stream', stream, '--input', 'test', ...size], broker.bootstrapServers);
  }
  const server = sluice(['serve', '--port', String(port)], broker.bootstrapServers);
  await awaitStreams();
  const seen: Seen = { joined: 0, bytes: 0, parts: 0, failures: new Map() };
  const seats = Array.from({ length: viewers }, (_, index) => seat(index, seen));
  const begin = performance.now();
  const samples: Sample[] = [];
  while (!stop.signal.aborted && performance.now() - begin < minutes * 60_000) {
    await delay(5000, undefined, { signal: stop.signal }).catch(() => {});
    if (server.exitCode !== null) throw new Error('the server has ended');
    const at = (performance.now() - begin) / 1000;
    samples.push({ at, value: residentBytes(server.pid!) / 1e6 });
    if (samples.length % 12 === 0) {
      const { joined, parts, bytes } = seen;
      const rss = samples.at(-1)!.value.toFixed(1);
      console.error(
        `${(at / 60).toFixed(0)} min: ${rss} MB, ${joined} joined, ${parts} parts, ${(bytes / 1e9).toFixed(2)} GB`,
      );
    }
  }
  stop.abort();
  await Promise.all(seats);
  const page = report(samples, seen);
  console.log(page);
  await writeFile(values.output, page);
} finally {
  stop.abort();
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(
    children.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))),
  );
  await broker.stop();
}

/** The last two thirds count: what comes before fills caches and windows. */
function report(samples: readonly Sample[], { joined, parts, bytes, failures }: Seen): string {
  const late = samples.filter(({ at }) => at >= (minutes * 60) / 3);
  const { perHour, noisePerHour, mean } = trendOf(late);
  const flat = Math.abs(perHour) <= Math.max(noisePerHour, mean / 100);
  const rows = samples
    .filter((_, index) => index % Math.max(1, Math.floor(samples.length / 12)) === 0)
    .map(({ at, value }) => `| ${(at / 60).toFixed(0)} | ${value.toFixed(1)} |`);
  return [
    `# Memory of a delivery server, ${minutes} minutes, ${streams.length} streams, ${viewers} viewers coming and going`,
    '',
    `${date}, ${machineFacts()}. Viewers: two fifths LL-HLS, one fifth each HLS, WebSocket and fMP4; each stays for 10 to 50 s.`,
    '',
    `- Joined: ${joined}; received: ${parts} parts and messages, ${(bytes / 1e9).toFixed(2)} GB.`,
    `- Last two thirds: ${mean.toFixed(1)} MB on average, slope ${perHour.toFixed(2)} MB an hour, noise ± ${noisePerHour.toFixed(2)}: ${flat ? 'flat' : 'NOT FLAT'}.`,
    `- Failures: ${failures.size === 0 ? 'none' : ''}`,
    ...[...failures].map(([text, count]) => `  - ${text}: ${count}`),
    '',
    '| minute | resident, MB |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n');
}
