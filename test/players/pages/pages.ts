/** Players for pages, from npm, as their own documents start them. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playersFolder } from '../programs/programs.ts';
import { type PagePlayer, pagePlayer } from './page.ts';

/** Of a package that `npm ci` brings: a file beside the one that it exports. */
function ours(entry: string, script: string, manifest: string) {
  return () => {
    const folder = dirname(fileURLToPath(import.meta.resolve(entry)));
    return { script: join(folder, script), manifest: join(folder, manifest) };
  };
}

/** Of a package that scripts/setup-players brings. */
function fetched(name: string, script: string) {
  return () => {
    const folder = join(playersFolder, 'node', 'node_modules', name);
    return { script: join(folder, script), manifest: join(folder, 'package.json') };
  };
}

function shaka(name: string, address: PagePlayer['address']): PagePlayer {
  return {
    name,
    address,
    files: fetched('shaka-player', 'dist/shaka-player.compiled.js'),
    begin: (url) => `
      shaka.polyfill.installAll();
      const player = new shaka.Player();
      player.addEventListener('error', ({ detail }) => detail.severity === 2 && fatal('error ' + detail.code));
      player.attach(video).then(() => player.load('${url}')).catch((error) => fatal('error ' + (error.code ?? error)));`,
  };
}

const own: PagePlayer = {
  name: 'chromium-hls',
  address: 'index.m3u8',
  begin: (url) => `
      video.addEventListener('error', () => fatal(video.error.message));
      video.src = '${url}';`,
};

const hls: PagePlayer = {
  name: 'hls.js',
  address: 'index.m3u8',
  files: ours('hls.js/dist/hls.min.js', 'hls.min.js', '../package.json'),
  begin: (url) => `
    const hls = new Hls();
    hls.on('hlsError', (_, { fatal: isFatal, details }) => isFatal && fatal(details));
    hls.loadSource('${url}');
    hls.attachMedia(video);`,
};

const dash: PagePlayer = {
  name: 'dash.js',
  address: 'manifest.mpd',
  // Beside the module that the package exports stands the script for pages.
  files: ours('dashjs', '../umd/dash.all.min.js', '../../../package.json'),
  begin: (url) => `
    const player = dashjs.MediaPlayer().create();
    // Picture and sound are in one file, and the browser's MediaCapabilities knows files of one codec only.
    player.updateSettings({ streaming: { capabilities: { useMediaCapabilitiesApi: false } } });
    player.on('error', ({ error }) => fatal(error.message));
    player.initialize(video, '${url}', true);`,
};

function videojs(name: string, address: PagePlayer['address'], type: string): PagePlayer {
  return {
    name,
    address,
    files: fetched('video.js', 'dist/video.min.js'),
    // Its own player of HLS and DASH, not the browser's.
    begin: (url) => `
      const player = videojs(video, { muted: true, autoplay: true, html5: { vhs: { overrideNative: true } } });
      player.on('error', () => fatal(player.error().message));
      player.src({ src: '${url}', type: '${type}' });`,
  };
}

export const pages = [
  hls,
  dash,
  shaka('shaka', 'manifest.mpd'),
  shaka('shaka-hls', 'index.m3u8'),
  videojs('video.js', 'index.m3u8', 'application/vnd.apple.mpegurl'),
  videojs('video.js-dash', 'manifest.mpd', 'application/dash+xml'),
  own,
].map(pagePlayer);
