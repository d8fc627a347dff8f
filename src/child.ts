/** Programs as children that are spoken to by pipes. */
import { ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';

/** What `spawn` gives where its streams are pipes. */
export type PipedChild = ChildProcess & {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
};

/**
 * Starts one. Throws for arguments that are none, and nothing else. Where this process may open nothing more Node gives a child without any stream and tells of it in the next turn: whoever asked
 * for a stream of it before would have thrown, and nobody would listen to what is told then, which ends the process. It has streams here that are over.
 * So has one that Node throws for: where there is no memory for another process (ENOMEM), say, or arguments are too long.
 */
export function startChild(program: string, args: readonly string[], options: SpawnOptions): PipedChild {
  const child = spawned(program, args, options);
  if ((child.stdio as unknown) !== undefined) return child as PipedChild;
  const stdin = new Writable({ write: (_piece, _encoding, done) => done() });
  const count = Array.isArray(options.stdio) ? options.stdio.length : 3;
  const outputs = Array.from({ length: count - 1 }, () => Readable.from([]));
  const [stdout, stderr] = outputs;
  return Object.assign(child, { stdin, stdout, stderr, stdio: [stdin, ...outputs] }) as PipedChild;
}

function spawned(...given: [string, readonly string[], SpawnOptions]): ChildProcess {
  try {
    return spawn(...given);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    const child = new ChildProcess();
    process.nextTick(() => child.emit('error', error));
    return child;
  }
}

/** Why a child could not be started, and what to do where the system allows too little. */
export function startFailureOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENFILE')
    return `${message}: the system has as many files open as it may: raise fs.file-max, or close what holds them`;
  if (code === 'ENOMEM')
    return `${message}: there is no memory for another process: give this machine, or this container, more`;
  if (code !== 'EMFILE') return message;
  return `${message}: this process has as many files open as it may: raise the limit (ulimit -n 4096, LimitNOFILE= of systemd)`;
}
