/** FFmpeg as a child: started, listened to, ended well or by force. */
import type { Readable } from 'node:stream';
import { type PipedChild, startChild, startFailureOf } from '../../child.ts';
import { ConfigurationError, SluiceError } from '../../errors.ts';
import { Complaints } from './complaints.ts';
import { startGuardian } from './guardian.ts';

export interface FfmpegOptions {
  /** The program. Default `ffmpeg`, from the PATH. */
  readonly program?: string;
  readonly args: readonly string[];
  /** How many outputs it writes: to descriptor 1, then 3 and up. */
  readonly outputs: number;
  /** Open descriptors that it gets, numbered behind its outputs. */
  readonly handed?: readonly number[];
  /** Of an input `-`: `inherit` hands on our own standard input without touching it. Default: none. */
  readonly stdin?: Readable | 'inherit';
  /** Is told what FFmpeg complains of, line by line, without secrets. */
  readonly onComplaint?: (line: string) => void;
  /** Is told what it says without complaining, where its arguments ask for that. */
  readonly onTold?: (line: string) => void;
  /** Milliseconds from being asked to end until being killed. Default 5000. */
  readonly killAfter?: number;
}

/** A running FFmpeg. Whoever starts one calls `end` or waits for `ended`. */
export interface Ffmpeg {
  readonly outputs: readonly Readable[];
  /** Undefined: it came to its end by itself, or was asked to. Never rejects. */
  readonly ended: Promise<Error | undefined>;
  /** Asks it to finish what it has begun; kills it when it does not within `killAfter`. Idempotent. */
  end(): void;
  /** Ends it at once; `ended` gives the reason. */
  kill(reason: Error): void;
}

/** How to get what is missing. */
export const ffmpegInstallation =
  'install FFmpeg 5.1 or newer (Debian, Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg), or correct the PATH';

/** Starts FFmpeg. Never throws: a program that is missing is told by `ended`. */
export function startFfmpeg(options: FfmpegOptions): Ffmpeg {
  const { program = 'ffmpeg', args, outputs, handed = [], stdin, killAfter = 5000 } = options;
  const complaints = new Complaints(options.onComplaint, options.onTold);
  const guardian = startGuardian();
  const child = startChild(program, args, {
    stdio: [
      ...[stdinOf(stdin), 'pipe' as const, 'pipe' as const],
      ...[...Array.from({ length: outputs - 1 }, () => 'pipe' as const), ...handed],
    ],
    // A group of its own: Ctrl-C in a terminal reaches us alone, and we end it in our order.
    detached: true,
  });
  guardian.watch(child.pid);
  if (typeof stdin === 'object' && child.stdin !== null) {
    // It may end before its input does; how it ended is what counts.
    child.stdin.on('error', () => {});
    stdin.pipe(child.stdin);
  }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  let asked = false;
  let isOver = false;
  let reason: Error | undefined;
  let force: NodeJS.Timeout | undefined;
  const ended = new Promise<Error | undefined>((resolve) => {
    child.once('error', (error) => {
      isOver ||= child.pid === undefined;
      resolve(startFailure(error, program));
    });
    child.once('exit', () => guardian.dismiss());
    child.once('close', (code, signal) => {
      isOver = true;
      clearTimeout(force);
      resolve(reason ?? (asked || code === 0 ? undefined : failure(code, signal, complaints)));
    });
  });
  return {
    outputs: outputsOf(child, outputs),
    ended,
    end() {
      if (asked || isOver) return;
      asked = true;
      child.kill('SIGTERM');
      force = setTimeout(() => child.kill('SIGKILL'), killAfter);
    },
    kill(why) {
      reason ??= why;
      child.kill('SIGKILL');
    },
  };
}

function stdinOf(stdin: FfmpegOptions['stdin']): 'ignore' | 'inherit' | 'pipe' {
  if (stdin === undefined) return 'ignore';
  return stdin === 'inherit' ? 'inherit' : 'pipe';
}

function outputsOf(child: PipedChild, count: number): Readable[] {
  const streams = [child.stdout, ...child.stdio.slice(3)];
  return streams
    .slice(0, count)
    .filter((stream): stream is Readable => stream !== null && stream !== undefined && 'read' in stream);
}

/** What is told where a program could not be started at all; undefined for an error of another kind, e.g. that it ended in. */
export function startFault(error: unknown, program: string): Error | undefined {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall?.startsWith('spawn') ? startFailure(error as NodeJS.ErrnoException, program) : undefined;
}

function startFailure(error: NodeJS.ErrnoException, program: string): Error {
  if (error.code === 'ENOENT')
    return new ConfigurationError(`${program} is not installed: ${ffmpegInstallation}`, { cause: error });
  // Also where a folder of the PATH may not be read and no other has it: the system says no more.
  if (error.code === 'EACCES')
    return new ConfigurationError(
      `${program} cannot be started: ${error.message}: it, or a folder of the PATH, is not ours to use; or ${ffmpegInstallation}`,
      { cause: error },
    );
  return new SluiceError(`${program} cannot be started: ${startFailureOf(error)}`, { cause: error });
}

function failure(code: number | null, signal: NodeJS.Signals | null, complaints: Complaints): Error {
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  const said = complaints.summary();
  return new SluiceError(`FFmpeg ${how}${said === '' ? '' : `: ${said}`}`);
}
