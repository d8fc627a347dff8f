/** Two hosts and a poor line between them, on this machine: the owner of `wan.c`. Linux and root only, with a C compiler and iproute2. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';

const run = promisify(execFile);

/** What the line is like, the same in both directions. */
export interface Line {
  /** Round-trip time without anything waiting, ms. */
  readonly rtt: number;
  /** Rate, Mb/s. */
  readonly rate: number;
  /** Share of packets that are lost, per cent. */
  readonly loss: number;
  /** What would wait longer than this at the line's entry is dropped, ms. Default: {@link usualQueue}. */
  readonly queue?: number;
}

/** `near` is 10.99.0.1, `far` 10.99.0.2. */
export type Side = 'near' | 'far';
export const addresses: Readonly<Record<Side, string>> = { near: '10.99.0.1', far: '10.99.0.2' };

/** Congestion control of both hosts' TCP, by the kernel's names. */
export type Congestion = 'cubic' | 'bbr' | 'reno';

/** A link that is up. */
export interface Link {
  /** Of the emulator. */
  readonly pid: number;
  /** The command line that runs a command at one side. It keeps its process id, and is killed when who started it is gone. */
  command(side: Side, command: readonly string[]): readonly [string, ...string[]];
  /** Another line from now on; what is under way keeps its time. */
  set(line: Line): void;
  /** Everything is dropped, what is under way too, until `mend`. */
  cut(): void;
  mend(): void;
  /** Ends it; resolves when nothing is left. Idempotent. */
  down(): Promise<void>;
}

/** 200 ms, or 20 full packets where these take longer: lines of a few kb/s could carry no window at all otherwise. */
export function usualQueue(rate: number): number {
  const packets = (20 * 1500 * 8) / (rate * 1000);
  return Math.max(200, Math.round(packets));
}

/** Arguments of `wan link` for a line. */
function words({ rtt, rate, loss, queue = usualQueue(rate) }: Line): string[] {
  return [rtt, rate, loss, queue].map(String);
}

/** The emulator's program, compiled once for each state of its source. Throws where there is no C compiler. */
export async function emulator(): Promise<string> {
  const source = fileURLToPath(new URL('wan.c', import.meta.url));
  const version = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const program = join(cacheFolder(), `wan-${version}`);
  if (existsSync(program)) return program;
  await mkdir(cacheFolder(), { recursive: true });
  const unfinished = `${program}.${randomUUID()}`;
  await run('cc', ['-O2', '-o', unfinished, source]);
  await rename(unfinished, program);
  return program;
}

/** A link's emulator as it was started, and where its two sides are. */
interface Started {
  readonly child: ChildProcess;
  readonly program: string;
  readonly places: Readonly<Record<Side, number>>;
}

/** Starts it; `seconds` above 0: for so long, whatever becomes of us. Rejects with what it said when it does not carry. */
export async function startEmulator(line: Line, congestion: Congestion, seconds: number): Promise<Started> {
  const program = await emulator();
  const child = spawn(program, ['link', ...words(line), String(seconds)], {
    detached: seconds > 0,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close').then(() => undefined);
  const lines = createInterface({ input: child.stdout });
  const said = await Promise.race([once(lines, 'line') as Promise<string[]>, closed]);
  const [near, far] =
    /^ready (\d+) (\d+)$/
      .exec(said?.[0] ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  if (near === undefined || far === undefined) throw new Error(`the link does not come up: ${stderr.trim()}`);
  const places = { near, far };
  for (const side of ['near', 'far'] as const) {
    const setting = [
      'enter',
      String(child.pid),
      String(places[side]),
      'sh',
      '-ec',
      settings(side, congestion),
    ];
    await run(program, setting).catch((cause: unknown) => {
      child.kill();
      throw new Error('the link gets no addresses (they need iproute2)', { cause });
    });
  }
  return { child, program, places };
}

/** What makes a host of a namespace. What TCP has learnt in one transfer would make the next one another, so it learns nothing. */
function settings(side: Side, congestion: Congestion): string {
  return `
    echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save
    ip link set lo up
    ip addr add ${addresses[side]}/24 dev wan
    ip link set wan mtu 1500 txqueuelen 10000 up
    ip route replace 10.99.0.0/24 dev wan congctl ${congestion}`;
}

/** The link stands until `down`, or until this process ends, even when it is killed. */
export async function linkUp(line: Line, congestion: Congestion = 'cubic'): Promise<Link> {
  const { child, program, places } = await startEmulator(line, congestion, 0);
  const pid = child.pid ?? 0;
  child.stdin?.on('error', () => {});
  return {
    pid,
    command: (side, command) => [program, 'enter', String(pid), String(places[side]), ...command],
    set: (next) => void child.stdin?.write(`set ${words(next).join(' ')}\n`),
    cut: () => void child.kill('SIGUSR1'),
    mend: () => void child.kill('SIGUSR2'),
    async down() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.stdin?.end();
      await gone;
    },
  };
}
