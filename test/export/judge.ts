/** What an exported place holds at its end: its files, and the pictures that FFmpeg shows of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { namedByManifest, readPlaylist, variantsOf } from '../support/exported.ts';
import { runCommand } from '../support/process.ts';
import type { ExportPlace } from './places.ts';

/** Name -> SHA-256 of all that players come to from the multivariant playlist and the manifest. */
export async function filesOf(place: ExportPlace): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const read = async (name: string): Promise<string> => {
    const bytes = await place.read(name);
    assert.ok(bytes, `${place.name} has ${name}`);
    files.set(name, createHash('sha256').update(bytes).digest('hex'));
    return bytes.toString();
  };
  const within = (folder: string, name: string): string => posix.join(posix.dirname(folder), name);
  for (const variant of variantsOf(await read('index.m3u8'))) {
    const { maps, segments } = readPlaylist(await read(variant));
    const named = segments.filter(({ gap }) => !gap).map(({ uri }) => uri);
    for (const name of [...maps, ...named]) await read(within(variant, name));
    await read(variant.replace('vod.m3u8', 'live.m3u8'));
  }
  for (const name of namedByManifest(await read('manifest.mpd')))
    assert.ok(files.has(name), `${name} of the manifest is named by playlists too`);
  return files;
}

/** MD5 of each picture, in their order, as FFmpeg decodes them. Fails where it complains. */
export async function hashesOfPictures(input: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runCommand('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-xerror', '-i', input],
    ...['-map', '0:v', '-fps_mode', 'passthrough', '-f', 'framemd5', '-'],
  ]);
  assert.deepEqual([code, stderr], [0, ''], `FFmpeg decodes ${input}`);
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.split(',').at(-1)!.trim());
}
