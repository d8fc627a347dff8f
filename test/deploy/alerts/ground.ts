/** What faults are made in: a cluster that goes on, one that is stopped, a Prometheus, and processes that it scrapes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type RunningBroker, startBroker } from '../../../src/broker/broker.ts';
import { freePort } from '../../../src/broker/ports.ts';
import { createKafka } from '../../../src/kafka/client.ts';
import type { Kafka } from '../../../src/kafka/contract.ts';
import { temporaryFolder } from '../../support/folder.ts';
import type { Owner } from '../../support/owner.ts';
import type { RunningCommand } from '../../support/process.ts';
import { startSluice } from '../../support/sluice.ts';
import { type RunningPrometheus, startPrometheus, taken } from './prometheus.ts';

/** A process that is scraped under its name. */
export interface Scraped {
  readonly command: RunningCommand;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** The same verb on the same port again. */
  again(args?: readonly string[]): void;
}

export interface Ground {
  readonly prometheus: RunningPrometheus;
  /** Goes on all the time. */
  readonly broker: RunningBroker;
  /** Is stopped for a while. */
  readonly other: RunningBroker;
  readonly kafka: Kafka;
  folder(name: string): Promise<string>;
  start(instance: string, args: readonly string[]): Promise<Scraped>;
  /** The same, with processes that end with another owner. */
  of(owner: Owner): Ground;
}

export async function openGround(t: TestContext): Promise<Ground> {
  const properties = { 'log.retention.check.interval.ms': '1000', 'log.segment.delete.delay.ms': '100' };
  const [broker, other, prometheus] = await Promise.all([
    startBroker({ properties }),
    startBroker(),
    startPrometheus(t),
  ]);
  t.after(async () => {
    for (const node of other.nodes) await node.kill('SIGCONT').catch(() => {});
    await Promise.all([broker.stop(), other.stop()]);
  });
  const kafka = createKafka({ properties: { 'bootstrap.servers': broker.bootstrapServers } });
  t.after(() => kafka.close());
  const root = await temporaryFolder(t);
  const ground = (owner: Owner): Ground => ({
    of: ground,
    prometheus,
    broker,
    other,
    kafka,
    async folder(name) {
      await mkdir(join(root, name), { recursive: true });
      return join(root, name);
    },
    async start(instance, args) {
      const port = await freePort('127.0.0.1', taken);
      const run = (words: readonly string[]) => {
        const started = startSluice(owner, [...words, '--metrics-port', String(port), '--log-level', 'warn']);
        // What ends by itself is seen in what it makes fail, and explained here.
        started.finished.then(({ code, stderr }) => code !== null && console.log(instance, code, stderr));
        return started;
      };
      let command = run(args);
      prometheus.add(instance, port);
      return {
        get command() {
          return command;
        },
        async kill(signal = 'SIGKILL') {
          command.child.kill(signal);
          await command.finished;
        },
        again(words = args) {
          command = run(words);
        },
      };
    },
  });
  return ground(t);
}

/** A file of so many random-looking bytes. */
export async function fileOf(folder: string, name: string, bytes: number): Promise<void> {
  const text = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) text.writeUInt32LE(Math.imul(at + bytes, 2654435761) >>> 0, at);
  await writeFile(join(folder, name), text);
}
