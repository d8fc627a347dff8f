/**
 * What a process and all it starts cost: processor time and peak memory, as Linux tells them under `/proc`. A look every
 * 50 ms misses only what came after the last one.
 */
import { readFileSync } from 'node:fs';

const lookEvery = 50;
/** Linux tells processor time in hundredths of a second. */
const ticksPerSecond = 100;

/** The cost of one side of a transfer. */
export interface Cost {
  readonly cpuSeconds: number;
  /** Sum of the peaks of all processes of the side, bytes. */
  readonly peakBytes: number;
}

interface Seen {
  cpu: number;
  peak: number;
}

export class ProcessMeter {
  readonly #root: number;
  readonly #seen = new Map<number, Seen>();
  readonly #timer: NodeJS.Timeout;
  /** Processor time that was spent before `restart`. */
  #before = new Map<number, number>();

  /** Begins at once. `root` counts with every process that it starts, and that these start. */
  constructor(root: number | undefined) {
    this.#root = root ?? 0;
    this.#timer = setInterval(() => this.#look(this.#root), lookEvery);
    this.#timer.unref();
    this.#look(this.#root);
  }

  /** Forgets the time spent so far: what was ready before the race began does not count. */
  restart(): void {
    this.#look(this.#root);
    this.#before = new Map([...this.#seen].map(([pid, { cpu }]) => [pid, cpu]));
  }

  /** A last look, if the process is still there, and the sum. */
  stop(): Cost {
    this.#look(this.#root);
    clearInterval(this.#timer);
    let cpuSeconds = 0;
    let peakBytes = 0;
    for (const [pid, { cpu, peak }] of this.#seen) {
      cpuSeconds += cpu - (this.#before.get(pid) ?? 0);
      peakBytes += peak;
    }
    return { cpuSeconds, peakBytes };
  }

  #look(pid: number): void {
    try {
      const seen = this.#seen.get(pid) ?? { cpu: 0, peak: 0 };
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      // proc(5): user and system time are the 14th and 15th field, the 12th and 13th behind the name.
      seen.cpu = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      seen.peak = Math.max(seen.peak, Number(peak ?? 0) * 1024);
      this.#seen.set(pid, seen);
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
      for (const child of children.split(' ').filter(Boolean)) this.#look(Number(child));
    } catch {
      // It has ended: what was seen of it last stands.
    }
  }
}
