/** Media for tests: made by FFmpeg, encoded by us, and looked at by FFmpeg again. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, runEncoder } from '../../src/live/encode/encoder.ts';
import type { EncoderOptions } from '../../src/live/encode/options.ts';
import type { EncodingPlan } from '../../src/live/encode/plan.ts';
import { prepareEncoding } from '../../src/live/encode/prepare.ts';
import type { MediaChunk, MediaInit } from '../../src/live/media.ts';
import { requiredBox } from '../../src/live/mp4/box.ts';
import { readMovie } from '../../src/live/mp4/movie.ts';
import { fragmentsIn } from '../../src/live/mp4/retime.ts';
import { runCommand } from './process.ts';

/** FFmpeg's options for a small moving picture, and for a tone; seconds. */
export function picture(seconds: number, size = '160x90', rate = 30): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
}
export function tone(seconds: number): string[] {
  return ['-f', 'lavfi', '-i', `sine=sample_rate=48000:duration=${seconds}`];
}

/** Makes a file by FFmpeg; gives its path. */
export async function makeMedia(folder: string, name: string, args: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const { code, stderr } = await runCommand('ffmpeg', ['-y', '-nostdin', '-v', 'error', ...args, path]);
  assert.equal(code, 0, stderr);
  return path;
}

/** All that a run gave. */
export interface EncodedRun {
  readonly plan: EncodingPlan;
  readonly inits: ReadonlyMap<string, MediaInit>;
  readonly chunks: ReadonlyMap<string, readonly MediaChunk[]>;
  /** What was said on the way. */
  readonly notes: readonly string[];
  readonly error: Error | undefined;
}

/** Encodes an input as fast as it goes, and collects what comes. */
export async function encode(options: EncoderOptions, run: RunOptions = {}): Promise<EncodedRun> {
  const plan = await prepareEncoding({ realTime: false, ...options });
  const inits = new Map<string, MediaInit>();
  const chunks = new Map<string, MediaChunk[]>();
  const notes: string[] = [];
  for await (const event of runEncoder(plan, run)) {
    if (event.type === 'end') return { plan, inits, chunks, notes, error: event.error };
    if (event.type === 'note') notes.push(event.message);
    else if (event.type === 'init') {
      assert.ok(!inits.has(event.rendition), 'an init comes once');
      inits.set(event.rendition, event);
      chunks.set(event.rendition, []);
    } else {
      chunks.get(event.rendition)?.push(event);
    }
  }
  throw new assert.AssertionError({ message: 'a run ended without saying so' });
}

/** What every run promises: whole parts, keyframes where segments may begin, times without a hole. */
export function checkPromises({ plan, inits, chunks }: EncodedRun): void {
  assert.deepEqual(
    [...inits.keys()],
    plan.outputs.map(({ rendition }) => rendition),
  );
  for (const [rendition, list] of chunks) {
    const movie = readMovie(requiredBox(inits.get(rendition)!.bytes, 'moov'));
    for (const { bytes } of list)
      assert.equal(fragmentsIn(bytes, movie)[0]?.trackId, movie.tracks[0]?.id, 'the first track comes first');
    let until = list[0]?.time ?? 0;
    let sinceKeyframe = 0;
    for (const [index, { time, duration, timescale, keyframe }] of list.entries()) {
      assert.equal(time, until, 'a chunk begins where the one before it ends');
      until = time + duration;
      assert.ok(index > 0 || keyframe, 'the first chunk begins with a keyframe');
      if (keyframe) sinceKeyframe = 0;
      sinceKeyframe += Math.round((duration / timescale) * plan.timing.rate);
      const micros = (duration * 1e6) / timescale;
      assert.ok(micros <= plan.targets.part + 1, `a part of ${micros} us`);
      const isLast = list[index + 1]?.keyframe ?? true;
      if (plan.settings.chunks === 'part' && !isLast)
        assert.ok(micros > plan.targets.part - 2, `a part of ${micros} us`);
      assert.ok(sinceKeyframe <= plan.timing.keyframePictures, 'a keyframe is late');
    }
  }
}

/** A rendition as one file; gives its path. */
export async function joinedFile(
  folder: string,
  { inits, chunks }: EncodedRun,
  rendition = 'main',
): Promise<string> {
  const path = join(folder, `${rendition}-${crypto.randomUUID()}.mp4`);
  const init = inits.get(rendition);
  assert.ok(init, 'there is an init');
  await writeFile(path, [init.bytes, ...(chunks.get(rendition) ?? []).map(({ bytes }) => bytes)]);
  return path;
}

/** A picture of a file as it was coded, and what is written of it. */
export async function pictureOf(path: string, at = 0) {
  const entries =
    'stream=width,height,sample_aspect_ratio,color_range,color_space,color_primaries,color_transfer';
  const probe = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', entries, '-of', 'json', path];
  const { streams } = JSON.parse((await runCommand('ffprobe', probe)).stdout) as {
    streams: {
      readonly width: number;
      readonly height: number;
      readonly sample_aspect_ratio?: string;
      readonly color_range?: string;
      readonly color_space?: string;
      readonly color_primaries?: string;
      readonly color_transfer?: string;
    }[];
  };
  const [stream] = streams;
  assert.ok(stream, 'there is a picture');
  const { width, height } = stream;
  const raw = `${path}.${at}.yuv`;
  const one = ['-frames:v', '1', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', raw];
  const decoded = await runCommand('ffmpeg', ['-y', '-v', 'error', '-ss', String(at), '-i', path, ...one]);
  assert.equal(decoded.code, 0, decoded.stderr);
  const bytes = await readFile(raw);
  const luma = (x: number, y: number) => bytes[y * width + x] ?? 0;
  const half = width / 2;
  return {
    width,
    height,
    pixels: stream.sample_aspect_ratio,
    colours: [stream.color_range, stream.color_space, stream.color_primaries, stream.color_transfer].join(
      ' ',
    ),
    /** Y, U and V; the place as shares of width and height. */
    at(across: number, down: number): number[] {
      const [x, y] = [Math.floor(across * half), Math.floor((down * height) / 2)];
      const chroma = width * height + y * half + x;
      return [luma(x * 2, y * 2), bytes[chroma] ?? 0, bytes[chroma + (width * height) / 4] ?? 0];
    },
    /** How far what is white reaches, in pixels. */
    white(): { readonly across: number; readonly down: number } {
      const indices = (length: number) => Array.from({ length }, (_, index) => index);
      const across = indices(width).filter((x) => luma(x, height / 2) > 128).length;
      return { across, down: indices(height).filter((y) => luma(half, y) > 128).length };
    },
    /** How large what is white is, wherever it stands; pixels. */
    square(): { readonly across: number; readonly down: number } {
      const [columns, rows] = [new Set<number>(), new Set<number>()];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          if (luma(x, y) > 165) {
            columns.add(x);
            rows.add(y);
          }
      return { across: columns.size, down: rows.size };
    },
    /** Pixels that are much lighter or darker than both the one above and the one below. */
    teeth(): number {
      let count = 0;
      for (let y = 1; y < height - 1; y++)
        for (let x = 0; x < width; x++) {
          const [above, own, below] = [luma(x, y - 1), luma(x, y), luma(x, y + 1)];
          if ((own - above) * (own - below) > 60 * 60) count++;
        }
      return count;
    },
  };
}

/** Where a file is silent for 0.2 s and longer; seconds. */
export async function silences(path: string): Promise<{ readonly from: number; readonly to: number }[]> {
  const filter = ['-vn', '-af', 'silencedetect=n=-50dB:d=0.2', '-f', 'null', '-'];
  const { stderr } = await runCommand('ffmpeg', ['-nostdin', '-hide_banner', '-i', path, ...filter]);
  const times = (what: string) =>
    [...stderr.matchAll(new RegExp(`silence_${what}: (-?[0-9.]+)`, 'g'))].map(([, time]) => Number(time));
  const ends = times('end');
  return times('start').map((from, index) => ({ from, to: ends[index] ?? Number.POSITIVE_INFINITY }));
}

/** What FFmpeg finds in the bytes of a rendition: how many pictures and samples of sound it decodes without a complaint. */
export async function decode(
  folder: string,
  run: EncodedRun,
  rendition = 'main',
): Promise<{ readonly pictures: number; readonly sound: number; readonly size: string }> {
  const path = await joinedFile(folder, run, rendition);
  const decoded = await runCommand('ffmpeg', [
    '-nostdin',
    '-v',
    'error',
    '-xerror',
    '-i',
    path,
    '-f',
    'null',
    '-',
  ]);
  assert.deepEqual([decoded.code, decoded.stderr], [0, ''], 'FFmpeg decodes it without a complaint');
  const entries = 'stream=codec_type,width,height,nb_read_frames';
  const probe = ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', path];
  const { stdout } = await runCommand('ffprobe', probe);
  const { streams } = JSON.parse(stdout) as {
    streams: { codec_type: string; width?: number; height?: number; nb_read_frames: string }[];
  };
  const frames = (type: string) =>
    Number(streams.find(({ codec_type }) => codec_type === type)?.nb_read_frames ?? 0);
  const video = streams.find(({ codec_type }) => codec_type === 'video');
  return {
    pictures: frames('video'),
    sound: frames('audio'),
    size: `${video?.width ?? 0}x${video?.height ?? 0}`,
  };
}

/** Seconds that the chunks of a rendition last. */
export function secondsOf({ chunks }: EncodedRun, rendition = 'main'): number {
  return (chunks.get(rendition) ?? []).reduce(
    (sum, { duration, timescale }) => sum + duration / timescale,
    0,
  );
}
