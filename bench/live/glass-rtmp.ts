/**
 * Glass to glass by RTMP: a camera that paints its clock, an FFmpeg that encodes and sends it as OBS would, `sluice ingest` that passes the picture on as it comes,
 * and the page of viewers, which is read back. All of it shares the machine.
 *
 *     node bench/live/glass-rtmp.ts [--joins 5] [--seconds 8] [--latency low,lowest] [--ingest "--part-target 150ms"] [--encoder "-preset ultrafast -g 30"]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startBroker } from '../../src/broker/broker.ts';
import { startChromium } from '../../test/browser/browser.ts';
import { startServer, untilLive } from '../../test/browser/stage.ts';
import { Scope } from '../../test/support/owner.ts';
import { addKey, startIngest } from '../../test/support/senders.ts';
import { quantiles } from './figures.ts';
import { joins } from './watching.ts';

const { values } = parseArgs({
  options: {
    joins: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '8' },
    latency: { type: 'string', default: 'low,lowest' },
    ingest: { type: 'string', default: '' },
    encoder: { type: 'string', default: '-preset veryfast -tune zerolatency -g 30' },
  },
});
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

const scope = new Scope();
try {
  const broker = await startBroker({ longRunning: true });
  scope.after(() => broker.stop());
  const { bootstrapServers } = broker;
  const topic = 'live';
  const key = await addKey(bootstrapServers, topic, '*');
  const copied = ['--video-codec', 'copy', '--rate', '30', ...words(values.ingest)];
  const ingest = startIngest(scope, bootstrapServers, topic, copied);
  const url = `rtmp://127.0.0.1:${await ingest.port('rtmp')}/live/camera?key=${key}`;
  const camera = fileURLToPath(new URL('camera.ts', import.meta.url));
  const sender = spawn(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0'],
      ...['-f', 'matroska', '-i', 'pipe:0', '-c:v', 'libx264', ...words(values.encoder)],
      ...['-pix_fmt', 'yuv420p', '-b:v', '1M', '-c:a', 'aac', '-f', 'flv', url],
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  // It writes into the encoder's own pipe: nothing stands between them.
  const filming = spawn(process.execPath, [camera], { stdio: ['ignore', sender.stdin!, 'inherit'] });
  sender.stdin!.destroy();
  for (const child of [filming, sender]) {
    const gone = once(child, 'close');
    scope.after(async () => {
      child.kill('SIGKILL');
      await gone;
    });
  }
  const server = await startServer(scope, { bootstrapServers, topic });
  await untilLive(server.url, 'camera', 5);
  const browser = await startChromium();
  scope.after(() => browser.close());
  const [count, seconds] = [Number(values.joins), Number(values.seconds)];
  for (const latency of values.latency.split(',')) {
    const found = await joins(browser, `${server.url}/?stream=camera&latency=${latency}`, count, seconds);
    const stalled = found.filter(({ stalls }) => stalls > 0).length;
    console.log(
      `${latency}: age when shown ${quantiles(found.flatMap(({ ages }) => ages))} ms (p50 / p95 / p99), ${stalled} of ${found.length} stalled, load ${(loadavg()[0] ?? 0).toFixed(1)}`,
    );
    for (const { ages, stalls } of found) console.log(`  ${quantiles(ages)}, ${stalls} stalls`);
  }
} finally {
  await scope.close();
}
