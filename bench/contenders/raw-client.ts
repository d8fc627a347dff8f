/** A Kafka client that produces or fetches records, as a process of its own. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';
import type { Contender, Measured } from '../contender.ts';
import type { Ground } from '../ground.ts';
import { type Cost, ProcessMeter } from '../process-meter.ts';

const run = promisify(execFile);

/** Records of one run. */
export interface RawWork {
  readonly verb: 'produce' | 'fetch' | 'latency';
  readonly count: number;
  readonly size: number;
}

/** How a client's worker is started. */
export interface RawClient {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const worker = (name: string): string => fileURLToPath(new URL(`../raw/${name}`, import.meta.url));

export const ownClient: RawClient = { name: 'sluice', command: [process.execPath, worker('sluice.ts')] };

export const libraryClient: RawClient = {
  name: '@platformatic/kafka',
  command: [process.execPath, worker('library.ts')],
};

/** librdkafka from PyPI, in a virtual environment of the bench's own that is made once, in the cache folder. */
export async function librdkafkaClient(): Promise<RawClient> {
  const environment = join(cacheFolder(), 'bench-python');
  const python = join(environment, 'bin', 'python');
  if (!existsSync(join(environment, 'made'))) {
    await mkdir(cacheFolder(), { recursive: true });
    try {
      await run('python3', ['-m', 'venv', environment]);
      await run(python, ['-m', 'pip', 'install', '--quiet', 'confluent-kafka==2.16.1']);
      await mkdir(join(environment, 'made'));
    } catch (cause) {
      const message =
        'the bench compares with librdkafka by a wheel for Python: install python3 and python3-venv, and let pip reach its index';
      throw new Error(message, { cause });
    }
  }
  return { name: 'librdkafka', command: [python, worker('librdkafka.py')] };
}

/** Produces to a fresh topic, or fetches what our own client has put there before. */
export function rawClient(ground: Ground, client: RawClient, { verb, count, size }: RawWork): Contender {
  const { bootstrapServers } = ground.broker;
  const work = async ({ command: [command, ...args] }: RawClient, which: string, topic: string) => {
    const line = [...args, which, bootstrapServers, topic, String(count), String(size)];
    const { stdout } = await run(command, line, { maxBuffer: 1 << 24 });
    return JSON.parse(stdout) as Cost & { readonly seconds: number; readonly latencies?: readonly number[] };
  };
  return {
    name: client.name,
    run: () =>
      ground.withTopic(async (topic): Promise<Measured> => {
        if (verb === 'fetch') await work(ownClient, 'produce', topic);
        const broker = new ProcessMeter(ground.brokerPid);
        broker.restart();
        const { seconds, latencies, ...cost } = await work(client, verb, topic);
        const sides = { client: cost, broker: broker.stop() };
        return latencies === undefined ? { seconds, sides } : { seconds, sides, latencies };
      }),
  };
}
