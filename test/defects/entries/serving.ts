/** Viewers: answers, playlists, and what is behind the window. */
import { type Defect, edit } from '../defect.ts';

const greedy = 'test/models/connections.test.ts';
const copiesModel = 'test/models/copies.test.ts';
const keepingModel = 'test/models/keeping.test.ts';
const playerModel = 'test/models/player.test.ts';
const crawlingModel = 'test:models crawling --seed 81 --runs 12';
const connectionsModel = 'test:models connections --seed 91 --runs 60';
const http = 'fuzz http --seed defects --count 20000';
const serve = 'fuzz serve --seed defects --count 5000';
const live = 'fuzz live --seed defects --count 3000';
const window = 'test/models/window.test.ts';
const sweep = 'test/delivery/every-route.test.ts';
const promises = 'src/delivery/hls/promises.test.ts';

export const serving: readonly Defect[] = [
  {
    name: 'one-upgrade-ends-the-server',
    breaks:
      'Over HTTP/2 one GET of a WebSocket ended the server: the answer could not be sent, nor the one that was to say so.',
    edits: [
      edit(
        'src/delivery/http/live-routes.ts',
        "    return { ...problem, ofConnection: ['connection', 'upgrade', 'upgrade', 'websocket'] };",
        "    return { ...problem, headers: [...problem.headers, 'connection', 'upgrade', 'upgrade', 'websocket'] };",
      ),
      edit(
        'src/delivery/http/exchange.ts',
        `    } catch {
      // What cannot be said is not said.
    }`,
        `    } catch (again) {
      throw again;
    }`,
      ),
      edit(
        'src/delivery/http/exchange.ts',
        `    logger.error({ err: error, path }, 'a request could not be answered');
    try {`,
        `    logger.error({ err: error, path }, 'a request could not be answered');
    if (/connection/i.test(String(error))) throw error;
    try {`,
      ),
    ],
    seekers: [sweep, serve],
    tests: [sweep],
  },
  {
    name: 'token-in-every-url-without-a-key',
    breaks:
      'Without a watch key what anybody wrote as token= went into every URL of a playlist: 131 MB of text, and 1.3 GB for 8 clients that do not read.',
    edits: [
      edit(
        'src/delivery/http/target.ts',
        "  const token = carriesToken ? query.get('token') : null;",
        "  const token = carriesToken || query.size > 0 ? query.get('token') : null;",
      ),
    ],
    seekers: [crawlingModel, serve],
    tests: ['test/delivery/long-programme.test.ts'],
  },
  {
    name: 'lists-that-grow-with-the-programme',
    breaks: '200 requests of a playlist that begins 12 hours ago blocked the server for 4.9 s.',
    edits: [
      edit(
        'src/delivery/hls/older-lines.ts',
        '  if (there?.count === count && there.last === last && there.before === before && there.epoch === epoch)\n    return there;\n',
        '  void there;\n',
      ),
    ],
    seekers: [serve],
    tests: ['src/delivery/hls/older-lines.test.ts', 'test/delivery/long-programme.test.ts'],
  },
  {
    name: 'cut-segment-called-whole',
    breaks:
      "A segment that an encoder's death cut off ended normally, under a URL that is kept for a year and has other bytes later.",
    edits: [
      edit(
        'src/delivery/http/growing.ts',
        '    if (whole === taken) exchange.response.end();',
        '    if (whole !== undefined || taken >= 0) exchange.response.end();',
      ),
    ],
    seekers: [window, live],
    tests: ['test/delivery/media.test.ts'],
  },
  {
    name: 'silence-is-cut-off',
    breaks: 'A stream that was silent for 75 s, and a playlist held for long segments, were cut off.',
    edits: [
      edit(
        'src/delivery/http/fast-path/fast-path.ts',
        "    const isOurs = this.#state === 'answering' || this.#adapter?.isAnswering === true;",
        "    const isOurs = this.#state === 'given' && this.#adapter?.isAnswering === true;",
      ),
    ],
    seekers: [connectionsModel, http, serve],
    tests: ['test/delivery/silence.test.ts'],
  },
  {
    name: 'silence-is-cut-off-over-tls',
    breaks: "The same on Node's servers, after 60 s.",
    edits: [
      edit(
        'src/delivery/http/silence.ts',
        '    const isOurs = answers.length > 0 && answers.every(({ writableLength }) => writableLength === 0);',
        '    const isOurs = answers.length < 0 && answers.every(({ writableLength }) => writableLength === 0);',
      ),
    ],
    seekers: [connectionsModel, serve],
    tests: ['test/delivery/silence.test.ts'],
  },
  {
    name: 'one-snapshot-for-all-renditions',
    breaks:
      'Snapshots were kept by stream: two renditions started FFmpeg at every request, and at once the second got the size of the first.',
    edits: [
      edit(
        'src/delivery/http/snapshot.ts',
        '    const of = `${stream}/${still.rendition}`;',
        '    const of = stream;',
      ),
    ],
    seekers: [keepingModel, serve],
    tests: ['src/delivery/http/snapshot.test.ts'],
  },
  {
    name: 'offsets-of-another-cluster',
    breaks:
      'On a topic that was copied every old segment was a 404, for the index tells offsets of another cluster.',
    edits: [
      edit(
        'src/delivery/archive/stored-segment.ts',
        'return orLate(read(kafka, topic, partition, segment, over, shift), over, late);',
        'return orLate(read(kafka, topic, partition, segment, over, shift * 0), over, late);',
      ),
      edit(
        'src/delivery/archive/stored-segment.ts',
        '  return asTold ?? gather(await offsetAt(kafka, topic, partition, segment), Number.POSITIVE_INFINITY);',
        '  return first < 0 ? gather(await offsetAt(kafka, topic, partition, segment), Number.POSITIVE_INFINITY) : asTold;',
      ),
    ],
    seekers: [copiesModel, window],
    tests: ['src/delivery/archive/copied-topic.test.ts', 'src/delivery/archive/stored-segment.test.ts'],
  },
  {
    name: 'heads-of-refused-requests-kept',
    breaks: 'What was kept of a refused request was a slice of its head: 4,000 of them cost 57 MB.',
    edits: [
      edit(
        'src/delivery/http/target.ts',
        '    const own = detached(url);',
        '    const own = url.length < 0 ? detached(url) : url;',
      ),
    ],
    seekers: [keepingModel, http],
    tests: ['src/delivery/http/target.test.ts'],
  },
  {
    name: 'times-that-fall-searched-by-halves',
    breaks:
      'After a clock was set right, a time to begin at was searched by halves among times that do not rise.',
    edits: [
      edit(
        'src/delivery/http/begin.ts',
        '    inTime = rises ? segments :',
        '    inTime = rises || segments.length > 0 ? segments :',
      ),
    ],
    seekers: [playerModel, window],
    tests: ['src/delivery/http/begin.test.ts'],
  },
  {
    name: 'metrics-for-every-page',
    breaks: '/metrics, /healthz and their like told every web page what they say.',
    edits: [
      edit(
        'src/delivery/http/api.ts',
        "const forOperators = ['/metrics', '/livez', '/readyz', '/healthz'];",
        'const forOperators: readonly string[] = [];',
      ),
    ],
    seekers: [crawlingModel, sweep, serve],
    tests: ['test/delivery/api.test.ts', 'test/delivery/silence.test.ts'],
  },
  {
    name: 'silent-handshake-keeps-its-place',
    breaks: 'A TLS connection that said nothing held its place for two minutes.',
    edits: [edit('src/delivery/http/tls-server.ts', '    handshakeTimeout: limits.headers,\n', '')],
    seekers: [connectionsModel, serve],
    tests: ['test/delivery/silence.test.ts'],
  },
  {
    name: 'end-kept-by-caches',
    breaks: 'A playlist with its end was kept by caches under numbers that the next programme goes on with.',
    edits: [
      edit(
        'src/delivery/http/playlists.ts',
        '      const cache = live.ended ? cacheFor.never : kept;',
        '      const cache = live.ended && target < 0 ? cacheFor.never : kept;',
      ),
    ],
    seekers: [crawlingModel, window],
    tests: ['test/delivery/playlists.test.ts'],
  },
  {
    name: 'window-that-never-begins-kept',
    breaks: 'A window of an init and nothing else was kept for ever.',
    edits: [
      edit(
        'src/delivery/window/windows.ts',
        '    for (const [stream, { since }] of this.#coming) if (since < long) this.#coming.delete(stream);\n',
        '',
      ),
    ],
    seekers: [keepingModel, window],
    tests: ['src/delivery/window/windows.test.ts'],
  },
  {
    name: 'hint-of-a-dead-encoder',
    breaks: 'A part that an encoder that is gone had hinted was waited for: players showed nothing for 12 s.',
    edits: [
      edit(
        'src/delivery/http/find.ts',
        '  return isNear && (isNextEpoch(live, epoch) || (!live.ended && epoch === live.epoch));',
        '  return isNear && (isNextEpoch(live, epoch) || (!live.ended && epoch <= live.epoch));',
      ),
      edit(
        'src/delivery/hls/media.ts',
        '  else if (edge.epoch === stream.epoch) tail.push(',
        '  else if (edge.epoch <= stream.epoch) tail.push(',
      ),
    ],
    seekers: [playerModel, window, promises],
    tests: ['test/delivery/media.test.ts', 'src/delivery/hls/media.test.ts'],
  },
  {
    name: 'loop-is-fed',
    breaks:
      'A player that asks for what is not there as soon as it was refused was answered 77,000 times in 30 s.',
    edits: [
      edit(
        'src/delivery/http/misses.ts',
        '    if (wait <= 0 || this.#held.count >= most.held) return false;',
        '    if (wait <= most.held * 1e9 || this.#held.count >= most.held) return false;',
      ),
    ],
    seekers: [greedy, serve],
    tests: ['src/delivery/http/misses.test.ts'],
  },
  {
    name: 'timeline-only-where-targets-are-kept',
    breaks:
      'Of a copied picture with keyframes 0.6 to 1.8 s apart the manifest said 2 s for each: shaka-player showed 209 pictures of 473.',
    edits: [
      edit(
        'src/delivery/dash/runs.ts',
        '  return number >= 0 && ends && fits(known.media, timeOf(known)) && segments.every(regular)\n',
        '  return number >= 0 && (ends || !fits(known.media, timeOf(known)) || segments.some(regular))\n',
      ),
    ],
    seekers: [playerModel, window],
    tests: ['src/delivery/dash/manifest.test.ts'],
  },
  {
    name: 'period-until-the-next-begins',
    breaks:
      'After a pause of the publisher dash.js and shaka-player asked for a segment that never came, for ever.',
    edits: [
      edit(
        'src/delivery/dash/manifest.ts',
        '  return Math.max(0, Math.min(timeOf(last) + secondsOf(last), counted, next.start - start));',
        '  return Math.max(0, Math.min(counted + 1e9 + timeOf(last) + secondsOf(last), next.start - start));',
      ),
    ],
    seekers: [playerModel, window],
    tests: ['src/delivery/dash/manifest.test.ts'],
  },
  {
    name: 'urls-leave-the-prefix',
    breaks: 'Behind a path prefix the URLs of the API led nowhere.',
    edits: [
      edit(
        'src/delivery/http/api.ts',
        '    const uri = `../live/${summary.name}/${name}`;',
        '    const uri = `/live/${summary.name}/${name}`;',
      ),
    ],
    seekers: [crawlingModel, serve],
    tests: ['test/delivery/prefix.test.ts'],
  },
];
