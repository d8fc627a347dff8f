/**
 * What the console's model costs in memory, and how long its questions take, with very many files.
 *
 *     node bench/console-model.ts [--files 10000] [--uploaders 50] [--limit 200]
 *
 * Puts so many records of state of so many uploaders on a broker of its own, lets a model follow them in a process of its own, asks it, and
 * then changes 5,000 files a second for ten seconds. Exit code 1 when it takes more resident memory than the limit, MB.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { common, replaced } from '../scripts/bundle/plugins.ts';
import { startBroker } from '../src/broker/broker.ts';
import { createKafka } from '../src/kafka/client.ts';
import { encodeFileState, type FileState, statePartition } from '../src/records/state-record.ts';
import { UploadIds } from '../src/records/upload-id.ts';
import { ProcessMeter } from './process-meter.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    uploaders: { type: 'string', default: '50' },
    limit: { type: 'string', default: '200' },
  },
});
const [files, uploaders, limit] = [Number(values.files), Number(values.uploaders), Number(values.limit)];
const topic = 'bench';
const total = files * uploaders;

await measure();

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'sluice-console-'));
  const broker = await startBroker({ dataDir: join(folder, 'kafka'), heapMegabytes: 512 });
  try {
    const { bootstrapServers } = broker;
    const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
    const made = await kafka.createTopic({ name: topic, partitions: 8, replicationFactor: 1 });
    const config = { 'cleanup.policy': 'compact' };
    await kafka.createTopic({ name: `${topic}.state`, partitions: 8, replicationFactor: 1, config });
    const producer = kafka.producer({ bufferBytes: 16 * 1024 * 1024 });
    const ids = new UploadIds();
    const write = async (at: number): Promise<void> => {
      const uploader = `till-${at % uploaders}`;
      await producer.ready();
      const record = encodeFileState(uploader, pathOf(at), stateOf(at, made.id, ids.next(undefined)));
      producer.append(`${topic}.state`, statePartition(uploader, 8), record).catch(() => {});
    };
    for (let at = 0; at < total; at++) await write(at);
    const child = fork(await bundled(folder), [bootstrapServers, String(total)]);
    const meter = new ProcessMeter(child.pid);
    const isReady = Promise.withResolvers<void>();
    child.on('message', (what: object) => {
      process.stdout.write(`${JSON.stringify(what)}\n`);
      if ('ready' in what) isReady.resolve();
    });
    await Promise.race([isReady.promise, once(child, 'exit')]);
    for (let second = 0; second < 10; second++) {
      const next = delay(1000);
      for (let at = 0; at < 5000; at++) await write((second * 5000 + at * 7) % total);
      await next;
    }
    child.send('over');
    await once(child, 'exit');
    const { peakBytes, cpuSeconds } = meter.stop();
    const peakMb = Math.round(peakBytes / 1e6);
    process.stdout.write(`${JSON.stringify({ files: total, peakMb, cpuSeconds })}\n`);
    if (peakMb > limit) process.exitCode = 1;
    await producer.close();
    await kafka.close();
  } finally {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** As users run it: stripping types while it runs costs 40 MB. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'follow.mjs');
  await build({
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node24.12', outfile },
    entryPoints: [fileURLToPath(new URL('console-model-follow.ts', import.meta.url))],
    loader: { '.node': 'copy' },
    define: { SLUICE_VERSION: '"bench"' },
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    plugins: [
      replaced({ 'version.ts': fileURLToPath(new URL('../scripts/bundle/version.ts', import.meta.url)) }),
      ...common,
    ],
  });
  return outfile;
}

function pathOf(at: number): string {
  return `camera-${at % 20}/2026-${(at % 12) + 1}/flight-${Math.floor(at / 1000)}/image-${at}.jpg`;
}

/** As those of real folders look: each its own times, inode, digest and id. */
function stateOf(at: number, id: string, upload: string): FileState {
  const mtime = `${1_790_000_000_000_000_000n + BigInt(at) * 1_000_003n}`;
  const fingerprint = { size: 4096 + at, mtime, ctime: mtime, inode: `${1_000_000 + at}` };
  const place = { partition: at % 8, first: at, last: at, acked: 4096 + at };
  const digest = `sha256:${createHash('sha256').update(String(at)).digest('hex')}`;
  return { topic: id, upload, state: 'sent', fingerprint, ...place, digest };
}
