/** Programs of Debian and PyPI, with the options by which they show their pictures to us. */
import { join } from 'node:path';
import { knownCacheFolder } from '../../../src/broker/default-folders.ts';
import { type Program, programPlayer } from './program.ts';

/** Where scripts/setup-players puts what is not Debian's. */
export const playersFolder = join(knownCacheFolder() ?? '.', 'players');

type Address = Program['address'];

const y4m = ['-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough', '-f', 'yuv4mpegpipe', 'pipe:1'];
const sound = ['-map', '0:a?', '-f', 'null', '-'];

function ffmpeg(name: string, address: Address): Program {
  return {
    name,
    address,
    command: 'ffmpeg',
    args: (url) => ['-nostdin', '-v', 'error', '-i', url, '-map', '0:v:0', ...y4m, ...sound],
    pictures: 'stdout',
    versionArgs: ['-version'],
    versionPattern: /ffmpeg version (\S+)/,
  };
}

function ffplay(name: string, address: Address): Program {
  return {
    name,
    address,
    command: 'ffplay',
    args: (url) => ['-v', 'error', '-nostats', '-autoexit', url],
    pictures: 'bitmaps',
    versionArgs: ['-version'],
    versionPattern: /ffplay version (\S+)/,
  };
}

function mpv(name: string, address: Address): Program {
  return {
    name,
    address,
    command: 'mpv',
    args: (url) => ['--no-config', '--no-terminal', '--vo=sdl', '--sdl-sw', '--ao=sdl', '--no-osc', url],
    pictures: 'bitmaps',
    versionArgs: ['--version'],
    versionPattern: /mpv (\S+)/,
  };
}

function vlc(name: string, address: Address): Program {
  return {
    name,
    address,
    command: 'cvlc',
    args: (url, pipe) => [
      ...['--quiet', '--no-video-title-show', '--play-and-exit', '--aout', 'adummy', '--avcodec-hw=none'],
      ...['--vout', 'yuv', '--yuv-file', pipe, '--yuv-chroma', 'I420', '--yuv-yuv4mpeg2', url],
    ],
    pictures: 'pipe',
    refusesRoot: true,
    versionArgs: ['--version'],
    versionPattern: /VLC version (\S+)/,
  };
}

function gstreamer(name: string, element: 'playbin' | 'playbin3', address: Address): Program {
  const shown =
    'videoflip video-direction=auto ! videoconvert ! video/x-raw,format=I420 ! y4menc ! fdsink fd=1 sync=true';
  return {
    name,
    address,
    command: 'gst-launch-1.0',
    args: (url) => [...['-q', element, `uri=${url}`, `video-sink=${shown}`, 'audio-sink=fakesink sync=true']],
    pictures: 'stdout',
    versionArgs: ['--version'],
    versionPattern: /GStreamer (\S+)/,
  };
}

const streamlink: Program = {
  name: 'streamlink',
  address: 'index.m3u8',
  command: join(playersFolder, 'streamlink', 'bin', 'streamlink'),
  args: (url) => ['--no-config', '--loglevel', 'error', '--stdout', `hls://${url}`, 'best'],
  into: { command: 'ffmpeg', args: ['-v', 'error', '-i', 'pipe:0', '-map', '0:v:0', ...y4m, ...sound] },
  pictures: 'stdout',
  versionArgs: ['--version'],
  versionPattern: /streamlink (\S+)/,
};

export const programs = [
  ffmpeg('ffmpeg', 'index.m3u8'),
  ffmpeg('ffmpeg-dash', 'manifest.mpd'),
  ffmpeg('ffmpeg-mp4', 'stream.mp4'),
  ffplay('ffplay', 'index.m3u8'),
  ffplay('ffplay-mp4', 'stream.mp4'),
  mpv('mpv', 'index.m3u8'),
  mpv('mpv-dash', 'manifest.mpd'),
  vlc('vlc', 'index.m3u8'),
  vlc('vlc-dash', 'manifest.mpd'),
  gstreamer('playbin', 'playbin', 'index.m3u8'),
  gstreamer('playbin-dash', 'playbin', 'manifest.mpd'),
  gstreamer('playbin3', 'playbin3', 'index.m3u8'),
  // GStreamer 1.22.0 has 30 s in store before it shows anything: its issue 2064, mended in 1.22.1.
  { ...gstreamer('playbin3-dash', 'playbin3', 'manifest.mpd'), patience: 45 },
  streamlink,
].map(programPlayer);
