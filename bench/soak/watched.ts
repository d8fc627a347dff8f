/** A program of ours under watch: started as users start it, sampled from outside (/proc) and from inside (probe.ts). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Inside } from './probe.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const probe = new URL('./probe.ts', import.meta.url).href;

/** One look at a process. Sizes in MB. */
export interface Look {
  readonly resident: number;
  /** What of it is the program's own, and no page of a file that others share. */
  readonly anonymous: number;
  readonly descriptors: number;
  readonly sockets: number;
  readonly timers: number;
  readonly handles: number;
  /** Heap and buffers after a full collection; undefined where none was forced. */
  readonly live: number | undefined;
}

/** Lines of what a program has said that are kept. */
const keptLines = 40;
/** Milliseconds that a process may take for its answer. */
const answerLimit = 30_000;

export class Watched {
  readonly name: string;
  /** The last lines that it wrote on stderr. */
  readonly said: string[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #questions = 0;

  /** Starts `sluice ARGS`. `onOutput` gets its stdout line by line. */
  constructor(name: string, args: readonly string[], onOutput: (line: string) => void = () => {}) {
    this.name = name;
    this.#child = spawn(process.execPath, ['--expose-gc', '--import', probe, main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#exit = once(this.#child, 'exit').then(([code]) => code as number | null);
    eachLine(this.#child.stdout, onOutput);
    eachLine(this.#child.stderr, (line) => {
      this.said.push(line);
      if (this.said.length > keptLines) this.said.shift();
    });
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Rejects when it has ended, or does not answer. */
  async look(collect: boolean): Promise<Look> {
    const { pid } = this.#child;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1000;
    const open = await openFiles(pid!);
    const inside = await this.#ask(collect);
    return {
      resident: megabytes('VmRSS'),
      anonymous: megabytes('RssAnon'),
      descriptors: open.length,
      sockets: open.filter((target) => target.startsWith('socket:')).length,
      timers: inside.timers,
      handles: inside.handles,
      live: collect ? (inside.heap + inside.external) / 1e6 : undefined,
    };
  }

  /** Ends it in good order; resolves with its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#exit;
  }

  #ask(collect: boolean): Promise<Inside> {
    const question = this.#questions++;
    const answer = Promise.withResolvers<Inside>();
    const onMessage = (message: unknown): void => {
      const { probe: number, inside } = message as { probe?: number; inside: Inside };
      if (number === question) answer.resolve(inside);
    };
    const refuse = (why: string) => () => answer.reject(new Error(`${this.name} ${why}`));
    const onExit = refuse('has ended');
    const limit = setTimeout(refuse('does not answer'), answerLimit);
    this.#child.on('message', onMessage).once('exit', onExit);
    this.#child.send({ probe: question, collect }, (error) => error && answer.reject(error));
    return answer.promise.finally(() => {
      clearTimeout(limit);
      this.#child.off('message', onMessage).off('exit', onExit);
    });
  }
}

/** Where the process's descriptors lead; those that are closed meanwhile are left out. */
async function openFiles(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const targets = (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => ''));
  return (await Promise.all(targets)).filter((target) => target !== '');
}

function eachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
