/** The command line with `--json`, as a process of its own whose events are followed while it runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { followMemory } from './memory.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** One line of `--json`. */
export interface JsonEvent {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** How it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** The last event of the kind `summary`, when there was one. */
  readonly summary: JsonEvent | undefined;
  /** Peak resident memory, bytes. */
  readonly peakMemory: number;
  /** Seconds from start to end, those of starting Node included. */
  readonly seconds: number;
}

export interface FollowedSluice {
  readonly child: ChildProcess;
  /** The newest progress event. */
  readonly progress: JsonEvent | undefined;
  readonly ended: Promise<Ended>;
  /** Resolves with the first event, past or coming, that matches; rejects when the process ends before it comes. */
  event(matches: (event: JsonEvent) => boolean, what: string): Promise<JsonEvent>;
  /** Kills it with SIGKILL; resolves when it is gone. */
  kill(): Promise<Ended>;
}

export interface FollowOptions {
  /** Called for every event, in order. */
  readonly onEvent?: (event: JsonEvent) => void;
  /** The executable; by default that of the source. */
  readonly executable?: string;
  /** The command line that a command runs by, where it is not to run here. */
  readonly through?: (command: readonly string[]) => readonly [string, ...string[]];
  /** What Node is given before it. */
  readonly nodeArgs?: readonly string[];
  /** Beside what this process has. */
  readonly env?: Readonly<Record<string, string>>;
  /** The user, and group, that it runs as; default: this process's own. */
  readonly user?: number | undefined;
}

/** Starts `sluice ARGS --json`. Its owner waits for `ended`, or kills it. */
export function followSluice(args: readonly string[], options: FollowOptions = {}): FollowedSluice {
  const started = performance.now();
  const { executable = main, nodeArgs = [], user, through } = options;
  const words = [process.execPath, ...nodeArgs, executable, ...args, '--json'] as const;
  const [command, ...rest] = through?.(words) ?? words;
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  const memory = followMemory(child.pid);
  const seen: JsonEvent[] = [];
  const watchers = new Set<(event: JsonEvent | undefined) => void>();
  let progress: JsonEvent | undefined;
  let summary: JsonEvent | undefined;
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const event = eventOf(line);
    // The last line of one that was killed may be cut.
    if (event === undefined) return;
    if (event.type === 'progress') progress = event;
    else seen.push(event);
    if (event.type === 'summary') summary = event;
    options.onEvent?.(event);
    for (const watcher of watchers) watcher(event);
  });
  const ended = (async (): Promise<Ended> => {
    const linesRead = once(lines, 'close');
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    await linesRead;
    for (const watcher of watchers) watcher(undefined);
    const seconds = (performance.now() - started) / 1000;
    return { code, signal, stderr, summary, peakMemory: memory.stop(), seconds };
  })();
  ended.catch(() => {});
  return {
    child,
    ended,
    get progress() {
      return progress;
    },
    event(matches, what) {
      const found = seen.find(matches);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const watcher = (event: JsonEvent | undefined): void => {
          if (event !== undefined && !matches(event)) return;
          watchers.delete(watcher);
          if (event !== undefined) resolve(event);
          else reject(new Error(`sluice ${args[0]} ended before ${what}: ${stderr}`));
        };
        watchers.add(watcher);
        if (child.exitCode !== null || child.signalCode !== null) watcher(undefined);
      });
    },
    async kill() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

function eventOf(line: string): JsonEvent | undefined {
  try {
    return JSON.parse(line) as JsonEvent;
  } catch (error) {
    if (line.endsWith('}')) throw error;
    return undefined;
  }
}
