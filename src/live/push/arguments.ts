/** FFmpeg's command line for one target: fragmented MP4 on standard input, to FLV over RTMP or MPEG-TS over SRT. Pure. */
import type { Movie, Track } from '../mp4/movie.ts';
import type { PushTarget, TargetKind } from './target.ts';

/** Beginnings of RFC 6381 names of what a target takes as it is. */
const taken: Readonly<Record<TargetKind, Readonly<Record<Track['kind'], RegExp>>>> = {
  rtmp: { video: /^avc[13]\./, audio: /^mp4a\.40\./ },
  srt: { video: /^(?:avc[13]|hvc1|hev1)\./, audio: /^(?:mp4a\.40\.|ac-3$|ec-3$)/ },
};

/** Whether nothing has to be encoded for this target. */
export function isTaken(kind: TargetKind, track: Pick<Track, 'kind' | 'codec'>): boolean {
  return taken[kind][track.kind].test(track.codec);
}

export interface PushArguments {
  readonly target: PushTarget;
  readonly movie: Pick<Movie, 'tracks'>;
  /** Bits a second of a picture that has to be encoded. */
  readonly bitrate: number;
}

/** `-fpre` of descriptor 3 has what is hidden; descriptor 1 is told how it goes. */
export function pushArguments({ target, movie, bitrate }: PushArguments): string[] {
  const { kind, address, hidden } = target;
  const video = movie.tracks.find((track) => track.kind === 'video');
  const audio = movie.tracks.find((track) => track.kind === 'audio');
  return [
    ...['-hide_banner', '-loglevel', 'warning', '-nostats', '-progress', 'pipe:1', '-stats_period', '0.5'],
    // All that is to be known stands in the init: nothing need be looked at first.
    ...['-fflags', '+nobuffer', '-analyzeduration', '0', '-f', 'mp4', '-i', 'pipe:0'],
    ...['-map_metadata', '-1'],
    ...(video === undefined ? [] : ['-map', '0:v:0', ...picture(kind, video, bitrate)]),
    ...(audio === undefined ? [] : ['-map', '0:a:0', ...sound(kind, audio)]),
    ...(kind === 'rtmp'
      ? ['-f', 'flv', '-flvflags', 'no_duration_filesize', '-rw_timeout', '15000000']
      : ['-f', 'mpegts', '-mpegts_flags', 'resend_headers', '-muxdelay', '0']),
    ...['-flush_packets', '1', ...(hidden.length === 0 ? [] : ['-fpre', '/dev/fd/3']), address],
  ];
}

function picture(kind: TargetKind, track: Track, bitrate: number): string[] {
  if (isTaken(kind, track)) return ['-c:v', 'copy'];
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '0'],
    ...['-b:v', String(bitrate), '-maxrate', String(bitrate), '-bufsize', String(2 * bitrate)],
    // What platforms ask for: a keyframe every two seconds.
    ...['-force_key_frames', 'expr:gte(t,n_forced*2)'],
  ];
}

function sound(kind: TargetKind, track: Track): string[] {
  if (isTaken(kind, track)) return ['-c:a', 'copy'];
  return ['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2'];
}
