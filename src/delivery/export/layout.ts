/** What stands where in an exported place, and how a web server is to serve it. Names are those of `serve` (ADR 80). Pure. */
import type { Served } from '../../stores/objects/contract.ts';
import { ownFolder } from '../../stores/target-name.ts';
import { initName, segmentName } from '../hls/names.ts';

/** What players open. */
export const multivariantName = 'index.m3u8';
export const manifestName = 'manifest.mpd';

/** What exporters go by; no viewer needs it. */
export const headName = `${ownFolder}/export.json`;

export function blockName(number: number): string {
  return `${ownFolder}/export/${String(number).padStart(8, '0')}.jsonl`;
}

export function playlistName(rendition: string, kind: 'live' | 'vod'): string {
  return `${rendition}/${kind}.m3u8`;
}

export function segmentPath(rendition: string, epoch: number, media: number): string {
  return `${rendition}/${segmentName(epoch, media)}`;
}

export function initPath(rendition: string, epoch: number): string {
  return `${rendition}/${initName(epoch)}`;
}

/** Its name will never stand for other bytes. */
export const media: Served = {
  contentType: 'video/mp4',
  cacheControl: 'public, max-age=31536000, immutable',
};

export const own: Served = { contentType: 'application/json', cacheControl: 'no-store' };

/** `target`: of segments, microseconds. What grows is worth half of that; what is over will not change, but may be made anew by somebody. */
export function text(kind: 'hls' | 'dash', over: boolean, target: number): Served {
  const seconds = over ? 3600 : Math.max(1, Math.floor(target / 2e6));
  const contentType = kind === 'hls' ? 'application/vnd.apple.mpegurl' : 'application/dash+xml';
  return { contentType, cacheControl: `public, max-age=${seconds}` };
}
