/** What a worker of the raw comparison says of itself, as one line of JSON. */
import { readFileSync } from 'node:fs';

/** Runs the measured part, and prints what it gives together with seconds, processor seconds and peak memory of this process. */
export async function reportOwnCost(work: () => Promise<object | undefined>): Promise<void> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const found = await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  console.log(
    JSON.stringify({
      ...found,
      seconds,
      cpuSeconds: (user + system) / 1e6,
      peakBytes: Number(peak ?? 0) * 1024,
    }),
  );
}

/** Arguments of every worker: `produce|fetch|latency BOOTSTRAP TOPIC COUNT SIZE`. */
export function workerArguments(): {
  readonly verb: string;
  readonly bootstrap: string;
  readonly topic: string;
  readonly count: number;
  readonly size: number;
} {
  const [verb = '', bootstrap = '', topic = '', count = '', size = ''] = process.argv.slice(2);
  return { verb, bootstrap, topic, count: Number(count), size: Number(size) };
}
