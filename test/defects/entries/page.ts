/** The page, in a browser, and other players. */
import { type Defect, edit } from '../defect.ts';

const keepingModel = 'test/models/keeping.test.ts';
const players = 'test:players --player hls.js';
const states = 'test/browser/states.test.ts';
const modules = 'test/browser/modules.test.ts';

export const page: readonly Defect[] = [
  {
    name: 'recordings-in-the-lowest-mode',
    breaks: 'In "lowest" a recording was asked for by its WebSocket, for ever.',
    edits: [
      edit(
        'web/ws-engine.js',
        '    else if (over || (status === 200 && this.#failures > servers.count + 1)) listener.onPlaylistsOnly();',
        '    else if (over && status !== 200) listener.onPlaylistsOnly();',
      ),
    ],
    seekers: [players],
    tests: [states],
  },
  {
    name: 'refused-token-never-told',
    breaks: 'In "lowest" a refused token was not told, and asked with ten times in ten seconds.',
    edits: [
      edit(
        'web/ws-engine.js',
        '    if (status === 401 || status === 403) listener.onRefused(text);\n',
        '    if (status === 401) listener.onRefused(text);\n',
      ),
    ],
    seekers: [players],
    tests: [states],
  },
  {
    name: 'destroyed-engine-kept',
    breaks: 'After a pause of 12 s in "lowest" Play did nothing any more.',
    edits: [
      edit(
        'web/player.js',
        "    if (engine.kind === 'ws' && video.paused && !this.ended && idle > rest) return this.#close();",
        "    if (engine.kind === 'ws' && video.paused && !this.ended && idle > rest) engine.destroy();",
      ),
    ],
    seekers: [players],
    tests: [states],
  },
  {
    name: 'dates-of-long-recordings-lost',
    breaks: 'Of a long recording the dates of its beginning were lost.',
    edits: [
      edit(
        'web/dates.js',
        '    const most = remembered + media + 1 - first;',
        '    const most = remembered;',
      ),
      edit(
        'web/dates.js',
        '      if (old < first) this.#dates.delete(old);',
        '      this.#dates.delete(old);',
      ),
    ],
    seekers: [keepingModel, players],
    tests: [modules],
  },
  {
    name: 'unopened-source-fills-memory',
    breaks: 'Where the element did not open its source, what came over the WebSocket was kept without end.',
    edits: [
      edit(
        'web/appender.js',
        "    this.#source.addEventListener('sourceopen', () => parts.onOpen(), { once: true });",
        '    parts.onOpen();',
      ),
      edit(
        'web/appender.js',
        "    if (this.#waiting > mostWaiting) this.#parts.onFault('what came could not be appended');\n",
        '',
      ),
    ],
    seekers: [players],
    tests: [modules, states],
  },
  {
    name: 'young-stream-is-no-manifest',
    breaks:
      'GStreamer called the manifest of a stream invalid that was younger than 10 s, and went back 10 s in others.',
    edits: [
      edit(
        'src/delivery/dash/manifest.ts',
        '    ...gstreamer.root,\n',
        '    ...(part > 0 ? {} : gstreamer.root),\n',
      ),
    ],
    seekers: ['test:players --player playbin3-dash'],
    tests: ['src/delivery/dash/manifest.test.ts'],
  },
  {
    name: 'whole-parts-by-websocket-run-dry',
    breaks: 'In "lowest" of a stream that comes in whole parts a page aimed at where nothing was buffered.',
    edits: [
      edit(
        'web/modes.js',
        '    const margin = (piece ?? onePicture) + 0.067;',
        '    const margin = onePicture + 0.067;',
      ),
    ],
    seekers: [],
    tests: [modules],
  },
];
