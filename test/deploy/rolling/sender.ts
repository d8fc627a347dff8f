/** A sender as people have them: FFmpeg, begun anew a second after its server has sent it away. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=30'];
const tone = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
const encoded = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-b:v', '100k', '-pix_fmt', 'yuv420p'],
  ...['-c:a', 'aac', '-b:a', '64k', '-f', 'flv'],
];

export function startSending(url: string): { stop(): Promise<void>; readonly starts: number } {
  const stop = new AbortController();
  const { signal } = stop;
  let child: ChildProcess | undefined;
  let starts = 0;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      starts += 1;
      child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-re', ...picture, ...tone, ...encoded, url], {
        stdio: 'ignore',
      });
      await once(child, 'close');
      await delay(1000, undefined, { signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    get starts() {
      return starts;
    },
    async stop() {
      stop.abort();
      child?.kill('SIGKILL');
      await running;
    },
  };
}
