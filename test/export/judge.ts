/** What an exported place holds at its end: its files, and the pictures that FFmpeg shows of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
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
  for (const name of namedByManifest(await read('manifest.mpd'))) {
    if (/\/(?:video|audio)-init-/.test(name)) await read(name);
    else assert.ok(files.has(name), `${name} of the manifest is named by playlists too`);
  }
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

/** The same of all that a playlist names, each encoder's run by itself: an init and what stands behind it. */
export async function hashesOfRuns(
  place: ExportPlace,
  name: string,
  folder: string,
): Promise<readonly string[]> {
  const read = async (uri: string): Promise<Buffer> => {
    const bytes = await place.read(posix.join(posix.dirname(name), uri));
    assert.ok(bytes, uri);
    return bytes;
  };
  const { maps, segments } = readPlaylist((await place.read(name))?.toString() ?? '');
  const hashes: string[] = [];
  for (const map of maps) {
    const epoch = /\d+/.exec(map)?.[0];
    const own = segments.filter(({ uri, gap }) => !gap && uri.startsWith(`seg-${epoch}-`));
    const path = join(folder, `run-${epoch}.mp4`);
    await writeFile(path, Buffer.concat(await Promise.all([map, ...own.map(({ uri }) => uri)].map(read))));
    hashes.push(...(await hashesOfPictures(path)));
  }
  return hashes;
}
