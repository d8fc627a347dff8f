/** Loads of files: sent by one process, received by another, and what each of them took. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningBroker } from '../../src/broker/broker.ts';
import { uploadDefaults } from '../../src/files/shared/options.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { followSluice } from '../../test/support/sluice-events.ts';
import { ProcessMeter } from '../process-meter.ts';
import { crossed } from './alone.ts';
import { durableSeconds } from './durable.ts';

const executable = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Load {
  readonly name: string;
  readonly files: number;
  readonly size: number;
}

/** What a side of a transfer took, and the broker meanwhile. */
export interface Side {
  readonly cpu: number;
  readonly broker: number;
  readonly peak: number;
  readonly crossed: number;
  readonly seconds: number;
}

export interface Measured {
  readonly sent: Side;
  readonly received: Side;
  /** Of `T` and `T.state` together. */
  readonly records: number;
  readonly stored: number;
  /** Seconds of the system's work for a thousand such files, beside it: of small ones alone. */
  readonly durable: number | undefined;
}

/** Sends all of it with `--once`, then receives all of it. */
export async function move(
  broker: RunningBroker,
  folder: string,
  topic: string,
  load: Load,
): Promise<Measured> {
  const [from, to] = [join(folder, `${topic}-from`), join(folder, `${topic}-to`)];
  await mkdir(from);
  // Of random bytes, which nothing makes smaller.
  for (let at = 0; at < load.files; at += 1)
    await writeFile(join(from, `some-file-${String(at).padStart(5, '0')}.dat`), randomBytes(load.size));
  const common = ['--topic', topic, '--once', '--bootstrap-servers', broker.bootstrapServers];
  const sent = await one(broker, [
    'upload',
    '--from',
    from,
    '--name',
    'uploader-01',
    '--min-age',
    '0',
    ...common,
  ]);
  const isSmall = load.size <= uploadDefaults.packBelow;
  // What others want of the machine changes from minute to minute: before it, and behind it.
  const before = isSmall ? await durableSeconds(folder, load) : undefined;
  const received = await one(broker, ['download', '--to', to, ...common]);
  const behind = isSmall ? await durableSeconds(folder, load) : undefined;
  const durable = before === undefined || behind === undefined ? undefined : (before + behind) / 2;
  const topics = [topic, `${topic}.state`];
  const records = await recordsOn(broker, topics);
  const stored = await bytesOf(broker.dataDir, topics);
  await Promise.all([from, to].map((each) => rm(each, { recursive: true, force: true })));
  return { sent, received, records, stored, durable };
}

async function one(broker: RunningBroker, args: readonly string[]): Promise<Side> {
  const brokerMeter = new ProcessMeter(broker.nodes[0]?.pid);
  brokerMeter.restart();
  const before = crossed();
  const began = performance.now();
  const running = followSluice(args, { executable });
  const meter = new ProcessMeter(running.child.pid);
  const { code, stderr } = await running.ended;
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${stderr}`);
  const { cpuSeconds, peakBytes } = meter.stop();
  return {
    cpu: cpuSeconds,
    peak: peakBytes,
    broker: brokerMeter.stop().cpuSeconds,
    crossed: crossed() - before,
    seconds,
  };
}

/** Records that were ever appended. */
export async function recordsOn(broker: RunningBroker, topics: readonly string[]): Promise<number> {
  const kafka = createKafka({ properties: { 'bootstrap.servers': broker.bootstrapServers } });
  try {
    const ends = await Promise.all(topics.map((topic) => kafka.offsets(topic, 'latest')));
    return ends.reduce((sum, of) => sum + [...of.values()].reduce((all, end) => all + end, 0), 0);
  } finally {
    await kafka.close();
  }
}

/** Bytes of logs of these topics. */
export async function bytesOf(dataDir: string, topics: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(dataDir, { recursive: true })) {
    const [, topic] = /([^/]+)-\d+\/\d+\.log$/.exec(entry) ?? [];
    if (topic !== undefined && topics.includes(topic)) bytes += (await stat(join(dataDir, entry))).size;
  }
  return bytes;
}
