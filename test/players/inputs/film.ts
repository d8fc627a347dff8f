/** Films of numbered pictures and a tone, made by FFmpeg. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { painter } from '../picture/picture.ts';

export interface FilmOptions {
  readonly folder: string;
  readonly name: string;
  /** As painted, before `args` do something with it. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second, as FFmpeg writes it. */
  readonly rate: string;
  /** Numbers of the pictures: the first, and the one behind the last. */
  readonly from: number;
  readonly until: number;
  readonly seed: number;
  /** Further inputs. The painted pictures are input 0. */
  readonly inputs?: readonly string[];
  /** How it is encoded. */
  readonly args: readonly string[];
}

/** Resolves with the film's path. @throws with FFmpeg's complaint */
export async function makeFilm(options: FilmOptions): Promise<string> {
  const { folder, name, width, height, rate, from, until, seed, inputs = [], args } = options;
  const path = join(folder, name);
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', rate, '-i', 'pipe:0'];
  const child = spawn('ffmpeg', ['-y', '-v', 'error', ...raw, ...inputs, ...args, path], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  let isGone = false;
  child.stdin.on('error', () => {
    isGone = true;
  });
  const paint = painter({ width, height, seed });
  for (let number = from; number < until && !isGone; number++) {
    // The painter's buffer is used again.
    const isTaken = child.stdin.write(Buffer.from(paint(number)));
    if (!isTaken) await Promise.race([once(child.stdin, 'drain'), closed]);
  }
  child.stdin.end();
  const [code] = await closed;
  if (code !== 0) throw new Error(`FFmpeg cannot make ${name}: ${said}`);
  return path;
}

/** A tone as FFmpeg's input; seconds. */
export function toneInput(seconds: number, before: readonly string[] = []): string[] {
  return [...before, '-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
}
