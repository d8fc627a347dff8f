/**
 * Fifty senders by RTMP before one `sluice ingest --video-codec copy` (Linux):
 *
 *     node bench/live/many-senders.ts [--senders 50] [--rate 500] [--seconds 60] [--ramp 20]
 *
 * What is sent is encoded once, of a steady bit rate (kb/s, sound included), and copied in real time by an FFmpeg for each sender, which costs next to nothing. Told: what came of each stream, what the server took of the processor without its FFmpegs and with them, its memory a stream, and
 * what Kafka, the FFmpegs and the senders took. Exit code 1 where a stream is not live, or brings less than nine tenths of what is sent, or the server takes more than 0.8 of a core.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBroker } from '../../src/broker/broker.ts';
import { inScope, type Owner } from '../../test/support/owner.ts';
import { runCommand } from '../../test/support/process.ts';
import { addKey, startIngest } from '../../test/support/senders.ts';
import type { JsonEvent } from '../../test/support/sluice-events.ts';
import { waitFor } from '../../test/support/wait.ts';

const { values } = parseArgs({
  options: {
    senders: { type: 'string', default: '50' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '60' },
    ramp: { type: 'string', default: '20' },
  },
});
const [senders, rate, seconds, ramp] = [values.senders, values.rate, values.seconds, values.ramp].map(
  Number,
) as [number, number, number, number];
/** Kb/s of sound, seconds that are sent in a circle, and of the server the most that it may take of a core. */
const soundRate = 64;
const filmSeconds = 20;
const mostCores = 0.8;

/** With a keyframe every two seconds, filled up to the same rate in each. */
async function makeFilm(folder: string): Promise<string> {
  const film = join(folder, 'film.mp4');
  const picture = `${rate - soundRate}k`;
  const { code, stderr } = await runCommand('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30'],
    ...[
      '-f',
      'lavfi',
      '-i',
      'anoisesrc=sample_rate=48000:amplitude=0.1',
      '-t',
      String(filmSeconds),
      '-pix_fmt',
      'yuv420p',
    ],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '0', '-g', '60', '-keyint_min', '60'],
    ...['-b:v', picture, '-minrate', picture, '-maxrate', picture, '-bufsize', picture],
    ...['-x264-params', 'nal-hrd=cbr:scenecut=0', '-c:a', 'aac', '-b:a', `${soundRate}k`, film],
  ]);
  if (code !== 0) throw new Error(stderr);
  return film;
}

function startSending(owner: Owner, film: string, url: string): void {
  const args = ['-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', film];
  args.push('-map', '0', '-c', 'copy', '-f', 'flv', url);
  const child: ChildProcess = spawn('ffmpeg', args, { stdio: 'ignore' });
  const gone = once(child, 'close');
  groups.senders.push(child.pid ?? 0);
  owner.after(async () => {
    child.kill('SIGKILL');
    await gone;
  });
}

/** By what they are: processes, without those that they started. */
const groups: Record<'server' | 'encoders' | 'senders' | 'kafka', number[]> = {
  server: [],
  encoders: [],
  senders: [],
  kafka: [],
};

/** Seconds of the processor, and bytes that are in memory. */
function used(pids: readonly number[]): { readonly cpu: number; readonly bytes: number } {
  const sum = { cpu: 0, bytes: 0 };
  for (const pid of pids) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      sum.cpu += (Number(fields[11]) + Number(fields[12])) / 100;
      sum.bytes += Number(fields[21]) * 4096;
    } catch {
      // It has ended.
    }
  }
  return sum;
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}

async function run(owner: Owner): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-many-'));
  owner.after(() => rm(folder, { recursive: true, force: true }));
  const film = await makeFilm(folder);
  const real = ((await stat(film)).size * 8) / 1000 / filmSeconds;
  const before = new Set(childrenOf(process.pid));
  const broker = await startBroker({ longRunning: true });
  owner.after(() => broker.stop());
  groups.kafka = childrenOf(process.pid).filter((pid) => !before.has(pid));
  const key = await addKey(broker.bootstrapServers, 'live', '*');
  const options = ['--video-codec', 'copy', '--audio-codec', 'copy', '--segment-target', '2s'];
  const more = ['--max-streams', String(senders), '--max-per-address', String(2 * senders)];
  const ingest = startIngest(owner, broker.bootstrapServers, 'live', [...options, ...more]);
  const port = await ingest.port('rtmp');
  groups.server = [ingest.run.child.pid ?? 0];
  const empty = used(groups.server).bytes;
  const names = Array.from({ length: senders }, (_, index) => `cam-${index}`);
  const segments = new Map<string, number>();
  createInterface({ input: ingest.run.child.stdout! }).on('line', (line) => {
    const event = JSON.parse(line) as JsonEvent;
    const isAmiss = event.state === 'lost' || event.state === 'dismissed' || event.type === 'stream-failed';
    if (isAmiss || event.type === 'refused') console.log(`${String(event.message)}`);
    if (event.type !== 'segment') return;
    const stream = String(event.stream);
    segments.set(stream, (segments.get(stream) ?? 0) + Number(event.bytes));
  });
  for (const name of names) {
    startSending(owner, film, `rtmp://127.0.0.1:${port}/live/${name}?key=${key}`);
    await delay((1000 * ramp) / senders);
  }
  const areLive = (): boolean => names.every((name) => segments.has(name));
  await waitFor(areLive, { what: 'all are live', timeout: 120_000, interval: 500 });
  groups.encoders = childrenOf(groups.server[0]!);
  segments.clear();
  const [then, began] = [{ ...groups }, performance.now()];
  const atFirst = Object.fromEntries(Object.entries(then).map(([name, pids]) => [name, used(pids)]));
  await delay(seconds * 1000);
  const lasted = (performance.now() - began) / 1000;
  const now = Object.fromEntries(Object.entries(then).map(([name, pids]) => [name, used(pids)]));
  const coresOf = (name: string): number => (now[name]!.cpu - atFirst[name]!.cpu) / lasted;
  const came = names.map((name) => ((segments.get(name) ?? 0) * 8) / 1000 / lasted).sort((a, b) => a - b);
  const mega = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const server = coresOf('server');
  const [load = 0] = loadavg();
  console.log(
    `${senders} senders of ${real.toFixed(0)} kb/s, ${lasted.toFixed(0)} s, ${cpus().length} cores, load ${load.toFixed(1)}`,
  );
  console.log(
    `came: ${came[0]?.toFixed(0)} kb/s of the one with the least, ${came[came.length >> 1]?.toFixed(0)} in the middle, ${came.at(-1)?.toFixed(0)} at the most`,
  );
  console.log(
    `cores: server ${server.toFixed(2)}, its FFmpegs ${coresOf('encoders').toFixed(2)} (${groups.encoders.length} of them), senders ${coresOf('senders').toFixed(2)}, Kafka ${coresOf('kafka').toFixed(2)}`,
  );
  console.log(
    `memory: server ${mega(now.server!.bytes)} MB, ${mega((now.server!.bytes - empty) / senders)} MB a stream above the ${mega(empty)} MB before any; an FFmpeg ${mega(now.encoders!.bytes / Math.max(1, groups.encoders.length))} MB (pages that they share counted in each)`,
  );
  const isShort = (came[0] ?? 0) < 0.9 * rate;
  if (isShort) console.log(`not all came: the machine lacks the processor, or the server does`);
  if (server > mostCores) console.log(`the server takes more than ${mostCores} of a core`);
  if (isShort || server > mostCores) process.exitCode = 1;
}

await inScope(run);
