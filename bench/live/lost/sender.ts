/** A sender at the other side of the line: FFmpeg that is begun again whenever it has ended, as OBS connects again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from '../../../test/support/owner.ts';

export interface LineSender {
  /** As a crash does. `stays`: it does not come back before {@link again}. */
  kill(stays: boolean): void;
  signal(name: NodeJS.Signals): void;
  again(): void;
  /** As who presses stop. */
  stop(): Promise<void>;
}

const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30'];
const sound = ['-re', '-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
const coded = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '60', '-b:v', '600k'],
  ...['-maxrate', '600k', '-bufsize', '600k', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '64k'],
];

/** `near`: the command line by which a command runs at its side. */
export function startLineSender(
  owner: Owner,
  url: string,
  near: (command: readonly string[]) => readonly [string, ...string[]],
): LineSender {
  let child: ChildProcess | undefined;
  let isWanted = true;
  let isOver = false;
  const format = url.startsWith('srt:') ? 'mpegts' : 'flv';
  const [program, ...args] = near([
    ...['ffmpeg', '-nostdin', '-v', 'error', ...picture, ...sound, ...coded, '-f', format, url],
  ]);
  const run = (async () => {
    while (!isOver) {
      if (isWanted) {
        child = spawn(program, args, { stdio: 'ignore' });
        await once(child, 'exit');
        child = undefined;
      }
      if (!isOver) await delay(1000);
    }
  })();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    isOver = true;
    child?.kill(signal);
    await run;
  };
  owner.after(() => end('SIGKILL'));
  return {
    kill(stays) {
      isWanted = !stays;
      child?.kill('SIGKILL');
    },
    signal: (name) => void child?.kill(name),
    again() {
      isWanted = true;
    },
    stop: () => end('SIGINT'),
  };
}
