/**
 * `npm run bench:state`: what an uploader that remembers very many files costs when it starts.
 *
 *     npm run bench:state -- [--files 1000000] [--output FILE] [--place DIR]
 *
 * Puts so many records of state on a broker of its own, as an uploader writes them, and starts `sluice upload --once` before and after: the
 * time until it has read them (`started`), until it has looked through its source and ended, and the peak of its memory; then `sluice list`. Exit code 1 when it
 * takes more than 20 s to start, or a file costs more than 1 kB.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startBroker } from '../src/broker/broker.ts';
import { createKafka } from '../src/kafka/client.ts';
import { encodeFileState, type FileState, statePartition } from '../src/records/state-record.ts';
import { UploadIds } from '../src/records/upload-id.ts';
import { machineFacts } from '../test/support/machine.ts';
import { followSluice } from '../test/support/sluice-events.ts';
import { ProcessMeter } from './process-meter.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000000' },
    output: { type: 'string' },
    place: { type: 'string', default: tmpdir() },
  },
});
const files = Number(values.files);
if (!(files >= 1)) throw new Error('--files is to be at least 1');
/** Seconds until it has read its state; bytes that one more file costs. */
const bars = { start: 20, file: 1000 };
const uploader = 'bench';
const topic = 'bench';
const executable = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

interface Start {
  /** Seconds from the start of the process. */
  readonly read: number;
  readonly ended: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

async function start(bootstrapServers: string, source: string): Promise<Start> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let read = Number.NaN;
  const args = ['upload', '--from', source, '--name', uploader, '--topic', topic, '--once', '--min-age', '0'];
  const running = followSluice([...args, '--bootstrap-servers', bootstrapServers], {
    executable,
    onEvent: ({ type }) => {
      if (type === 'started') read = seconds();
    },
  });
  const meter = new ProcessMeter(running.child.pid);
  const { code, stderr } = await running.ended;
  if (code !== 0) throw new Error(`the uploader ended with ${code}: ${stderr}`);
  return { read, ended: seconds(), ...meter.stop() };
}

/** The same of `sluice list` of all that is remembered; what it prints goes nowhere. */
async function list(bootstrapServers: string): Promise<Omit<Start, 'read'>> {
  const began = performance.now();
  const args = [executable, 'list', '--topic', topic, '--json', '--bootstrap-servers', bootstrapServers];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const meter = new ProcessMeter(child.pid);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`list ended with ${code}`);
  return { ended: (performance.now() - began) / 1000, ...meter.stop() };
}

/** Records of files that look as those of real folders do: each its own times, inode, digest and id. */
async function fill(bootstrapServers: string): Promise<void> {
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  const [files_, state] = await Promise.all([
    kafka.describeTopic(topic),
    kafka.describeTopic(`${topic}.state`),
  ]);
  if (files_ === undefined || state === undefined) throw new Error('the first run has made no topics');
  const [partition = 0] = [...(await kafka.offsets(topic, 'latest'))].find(([, end]) => end > 0) ?? [];
  const producer = kafka.producer({ bufferBytes: 16 * 1024 * 1024 });
  const ids = new UploadIds();
  for (let at = 0; at < files; at++) {
    const path = `camera-${at % 20}/2026-${(at % 12) + 1}/flight-${Math.floor(at / 1000)}/image-${at}.jpg`;
    const mtime = `${1_790_000_000_000_000_000n + BigInt(at) * 1_000_003n}`;
    const remembered: FileState = {
      topic: files_.id,
      upload: ids.next(undefined),
      state: 'sent',
      fingerprint: { size: 4096 + at, mtime, ctime: mtime, inode: `${1_000_000 + at}` },
      partition,
      first: 0,
      last: 0,
      acked: 4096 + at,
      digest: `sha256:${createHash('sha256').update(path).digest('hex')}`,
    };
    await producer.ready();
    void producer.append(
      state.name,
      statePartition(uploader, state.partitions),
      encodeFileState(uploader, path, remembered),
    );
  }
  await producer.close();
  await kafka.close();
}

const folder = await mkdtemp(join(await realpath(values.place), 'sluice-state-'));
try {
  const broker = await startBroker({
    dataDir: join(folder, 'kafka'),
    heapMegabytes: 1024,
    longRunning: true,
  });
  try {
    const source = join(folder, 'source');
    await mkdir(source);
    await writeFile(join(source, 'file'), 'one file stands there');
    await start(broker.bootstrapServers, source);
    const empty = await start(broker.bootstrapServers, source);
    const began = performance.now();
    await fill(broker.bootstrapServers);
    console.error(`${files} records written in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const full = await start(broker.bootstrapServers, source);
    const listed = await list(broker.bootstrapServers);
    const bytes = (full.peakBytes - empty.peakBytes) / files;
    const row = ({ read, ended, cpuSeconds, peakBytes }: Omit<Start, 'read'> & Partial<Start>): string =>
      `${read === undefined ? '' : `${read.toFixed(1)} s`} | ${ended.toFixed(1)} s | ${cpuSeconds.toFixed(1)} s | ${(peakBytes / 1e6).toFixed(0)} MB`;
    const page = [
      `# An uploader that remembers ${files.toLocaleString('en')} files`,
      '',
      machineFacts(),
      '',
      '| `upload --once`, files remembered | has read them after | has ended after | processor time | peak of memory |',
      '|---|---|---|---|---|',
      `| 1 | ${row(empty)} |`,
      `| ${files.toLocaleString('en')} | ${row(full)} |`,
      `| \`list\` of ${files.toLocaleString('en')} | ${row(listed)} |`,
      '',
      `A file costs ${bytes.toFixed(0)} bytes at the peak.`,
      '',
    ].join('\n');
    console.log(page);
    if (values.output !== undefined) await writeFile(values.output, page);
    if (full.read > bars.start || bytes > bars.file) process.exitCode = 1;
  } finally {
    await broker.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
