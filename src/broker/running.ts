/** Brokers that other processes have started: do they run, and how to stop them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SluiceError } from '../errors.ts';
import { readNote } from './data-folder.ts';

const run = promisify(execFile);

/** A broker by its data folder. */
export interface BrokerStatus {
  readonly running: boolean;
  readonly dataDir: string;
  readonly kafkaVersion: string | undefined;
  /** Where clients reach it; undefined when it does not run. */
  readonly bootstrapServers: string | undefined;
  readonly nodes: readonly { readonly id: number; readonly pid: number; readonly running: boolean }[];
}

async function commandLine(pid: number): Promise<string> {
  if (existsSync('/proc/self/cmdline')) {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  }
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/** A pid alone proves nothing, for systems use them again: the process must be Java on this node's folder. */
async function isNode(pid: number, folder: string): Promise<boolean> {
  const line = await commandLine(pid);
  return line.includes('kafka.Kafka') && line.includes(folder);
}

/** Looks at the processes that the folder's note names. */
export async function brokerStatus(dataDir: string): Promise<BrokerStatus> {
  const note = await readNote(dataDir);
  const nodes = await Promise.all(
    (note?.nodes ?? []).map(async ({ id, pid, folder }) => ({ id, pid, running: await isNode(pid, folder) })),
  );
  const running = nodes.some((node) => node.running);
  return {
    running,
    dataDir,
    kafkaVersion: note?.kafkaVersion,
    bootstrapServers: running ? note?.bootstrapServers : undefined,
    nodes,
  };
}

/**
 * Stops the broker of a data folder, whoever started it: SIGTERM to every node, then waits until all are gone.
 * @returns false when none ran
 * @throws SluiceError when a node is still there after `limit` milliseconds
 */
export async function stopBroker(dataDir: string, limit = 60_000): Promise<boolean> {
  const before = await brokerStatus(dataDir);
  if (!before.running) return false;
  for (const { pid, running } of before.nodes) if (running) process.kill(pid, 'SIGTERM');
  const end = performance.now() + limit;
  for (;;) {
    const left = (await brokerStatus(dataDir)).nodes.filter((node) => node.running);
    if (left.length === 0) return true;
    if (performance.now() > end) {
      const pids = left.map(({ pid }) => pid).join(' ');
      throw new SluiceError(
        `The broker in ${dataDir} does not stop within ${limit / 1000} s. End it with: kill -9 ${pids}`,
      );
    }
    await delay(100);
  }
}
