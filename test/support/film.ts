/** Streams on paper with real bytes: what FFmpeg encoded, in the records of a made stream; and what ffprobe finds in a file. */
import assert from 'node:assert/strict';
import type { LiveScript, MadeRecord } from './live-records.ts';
import { encode, makeMedia, picture, tone } from './media.ts';
import { runCommand } from './process.ts';

/** What FFmpeg made of a few seconds: an init, and parts of 200 ms with a keyframe every second. */
export interface Film {
  readonly init: Buffer;
  readonly parts: readonly Buffer[];
}

export async function encodedFilm(folder: string, seconds: number, width = 160): Promise<Film> {
  const media = ['-shortest', '-c:v', 'libx264', '-preset', 'ultrafast'];
  const name = `film-${width}.mp4`;
  const input = await makeMedia(folder, name, [
    ...picture(seconds, `${width}x90`),
    ...tone(seconds),
    ...media,
  ]);
  const run = await encode({ input, preset: 'ultrafast', partTarget: 200, segmentTarget: 1000 });
  assert.equal(run.error, undefined);
  const parts = (run.chunks.get('main') ?? []).map(({ bytes }) => bytes);
  assert.ok(parts.length >= seconds * 5 - 1, `${parts.length} parts of ${seconds} s`);
  return { init: run.inits.get('main')?.bytes ?? Buffer.alloc(0), parts };
}

/**
 * The records of a script with the bytes of films: of rendition and epoch as `choose` says, whose parts follow one another by their
 * ordinals.
 */
export function filmed(
  script: LiveScript,
  choose: (rendition: string, epoch: number) => Film,
): readonly MadeRecord[] {
  return script.made.map(({ record, bytes }) => {
    if (record.kind === 'init') return { record, bytes: choose(record.rendition, record.epoch).init };
    if (record.kind !== 'part') return { record, bytes };
    const part = choose(record.rendition, record.epoch).parts[record.ordinal];
    assert.ok(part, `the film has a part ${record.ordinal}`);
    return { record, bytes: part };
  });
}

/** What a file is, for those who play it. Fails unless FFmpeg decodes all of it without a complaint. Times in seconds. */
export async function probe(path: string) {
  const { code, stderr } = await runCommand('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-xerror', '-i', path, '-f', 'null', '-'],
  ]);
  assert.deepEqual([code, stderr], [0, ''], 'FFmpeg decodes it without a complaint');
  const entries = 'format=duration,start_time:stream=codec_type,width:packet=codec_type,pts_time,flags';
  const { stdout } = await runCommand('ffprobe', [
    ...['-v', 'error', '-show_packets', '-show_entries', entries, '-of', 'json', path],
  ]);
  const found = JSON.parse(stdout) as {
    format: { duration: string; start_time: string };
    streams: { codec_type: string; width?: number }[];
    packets: { codec_type: string; pts_time: string }[];
  };
  const times = (type: string) =>
    found.packets.filter(({ codec_type }) => codec_type === type).map(({ pts_time }) => Number(pts_time));
  return {
    duration: Number(found.format.duration),
    begin: Number(found.format.start_time),
    width: found.streams.find(({ width }) => width !== undefined)?.width,
    pictures: times('video'),
    sound: times('audio'),
  };
}

/** The longest step from one time to the next; negative when they ever go back. */
export function steps(times: readonly number[]): { readonly least: number; readonly most: number } {
  const all = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  return { least: Math.min(...all), most: Math.max(...all) };
}
