/** Senders and strangers: what one of them does to the server, to others, and to its own programme. */
import { type Defect, edit } from '../defect.ts';

const sparing = 'src/live/ingest/sparing.test.ts';

export const ingesting: readonly Defect[] = [
  {
    name: 'flags-looked-at-behind-kafka',
    breaks:
      'A certificate, a passphrase or a package that was missing was told once Kafka was there: for hours of an outage, nothing.',
    edits: [
      edit('src/live/ingest/ingest.ts', '  const prepared = await prepareServers(settings);\n', ''),
      edit(
        'src/live/ingest/ingest.ts',
        'openServers(desk, settings, prepared, onEvent)',
        'openServers(desk, settings, await prepareServers(settings), onEvent)',
      ),
    ],
    seekers: [],
    tests: ['test/e2e/cli-usage.test.ts > what is not understood ends with 2 and says what would be'],
  },
  {
    name: 'no-key-was-taken-back',
    breaks: 'Who mistyped the name of a key that was to be taken back saw exit code 0.',
    edits: [edit('src/cli/ingest/key-list.ts', "type === 'removed' && keys.length === 0", 'keys.length < 0')],
    seekers: [],
    tests: ['test/live/ingest.test.ts'],
  },
  {
    name: 'strangers-fill-the-log',
    breaks: 'Each wrong key, and each word of RTMP that a scanner got wrong, was a line of the log.',
    edits: [
      edit(
        'src/live/ingest/sparing.ts',
        'if (this.#count >= most || said >= mostOfOne) {',
        'if (this.#count < 0) {',
      ),
    ],
    seekers: ['test/hostile/in-small.test.ts'],
    tests: [sparing, 'src/live/ingest/rtmp/server.test.ts > What strangers get wrong does not fill the log'],
  },
  {
    name: 'everybody-knows-the-secret',
    breaks:
      'The first line of a file was the secret of tokens, also where the file was a private key (its first line is the same everywhere) or a set of public ones: everybody could sign.',
    edits: [
      edit('src/live/ingest/keys/signing-keys.ts', 'if (knownBeginning.test(line))', 'if (line === "")'),
    ],
    seekers: [],
    tests: [
      'src/live/ingest/keys/sender-tokens.test.ts > What everybody can know is no secret either: the first line of a key or of a set of keys',
    ],
  },
  {
    name: 'a-token-without-an-end',
    breaks: 'A token that said of no end opened its streams for ever, and nobody could take it back.',
    edits: [edit('src/live/ingest/keys/sender-tokens.ts', "requiredClaims: ['exp'],", 'requiredClaims: [],')],
    seekers: [],
    tests: ['src/live/ingest/keys/sender-tokens.test.ts'],
  },
  {
    name: 'a-pattern-that-takes-hours',
    breaks: 'One token with a pattern of many stars kept the server from everything else for minutes.',
    edits: [edit('src/live/ingest/keys/pattern.ts', 'const mostBranches = 3;', 'const mostBranches = 8;')],
    seekers: [],
    tests: ['src/live/ingest/keys/pattern.test.ts'],
  },
  {
    name: 'strangers-ask-for-keys',
    breaks:
      'While a set of keys could not be had, each token that a stranger made up was a request for it; what came instead was read without end.',
    edits: [edit('src/live/ingest/keys/fetch-keys.ts', 'now() - failure.at < pause', 'now() < 0')],
    seekers: [],
    tests: ['src/live/ingest/keys/fetch-keys.test.ts'],
  },
  {
    name: 'another-picture-by-the-old-head',
    breaks:
      'A telephone that was turned while pictures were copied: what it sent from there on was read by the head of before, and nobody saw a picture any more.',
    edits: [
      edit(
        'src/live/ingest/desk/place.ts',
        'if (!this.#options.copies[what]) return;',
        'if (what !== undefined) return;',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/desk/desk.test.ts', 'test/live/ingest-copied.test.ts'],
  },
  {
    name: 'a-false-name-is-a-loss',
    breaks:
      'Wirecast ends what it sends by publishing a name that is false: that was an error of its protocol, so that it counted as lost and its programme stayed open for --reconnect.',
    edits: [edit('src/live/ingest/rtmp/session.ts', 'if (name === false) return yield* this.#end();', '')],
    seekers: [],
    tests: [
      'src/live/ingest/rtmp/session.test.ts > A name that is false ends what is sent, as Wirecast says it; before that it is nothing',
    ],
  },
  {
    name: 'reports-keep-a-seat',
    breaks:
      'Who sent nothing but reports of RTCP, or packets of which no picture can be made, kept the stream for itself for ever.',
    edits: [
      edit(
        'src/live/ingest/whip/session.ts',
        'if (now - this.#answeredAt < connect) return undefined;',
        'if (this.quietFor < connect) return undefined;',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/whip/session.test.ts'],
  },
  {
    name: 'a-session-above-its-proxy',
    breaks:
      'Behind a proxy that has WHIP below a path, the address of a session was not below it: DELETE came to nobody, and the programme stayed open.',
    edits: [
      edit(
        'src/live/ingest/whip/routes.ts',
        "return given.length <= 200 && /^(?:\\/[\\w.~-]+)+$/.test(given) ? given : '';",
        "return given === '' ? given : '';",
      ),
    ],
    seekers: [],
    tests: [
      'src/live/ingest/whip/routes.test.ts > below a path of a proxy the address of a session is below it too',
    ],
  },
  {
    name: 'nobody-says-what-is-not-read',
    breaks: 'HEVC by the number 12, as drones and cameras send it, was no picture, and nobody said why.',
    edits: [edit('src/live/ingest/rtmp/oddities.ts', '(first & 0x0f) === hevc', 'first < 0')],
    seekers: [],
    tests: ['src/live/ingest/rtmp/oddities.test.ts'],
  },
  {
    name: 'a-session-ends-without-a-word',
    breaks:
      'A sender by WHIP that was sent away had no reason in the log, and counted nowhere in the figures.',
    edits: [edit('src/live/ingest/whip/sessions.ts', 'session.end(reasonOf(seat.signal))', 'session.end()')],
    seekers: [],
    tests: ['src/live/ingest/whip/routes.test.ts'],
  },
  {
    name: 'a-name-of-slashes',
    breaks:
      'A stranger kept the server from everything else for seconds by one address of 60,000 slashes, before any key.',
    edits: [
      edit(
        'src/live/ingest/rtmp/stream-name.ts',
        'return text.slice(from, to);',
        "return text.slice(from).replace(/\\/+$/, '');",
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/rtmp/watches.test.ts'],
  },
  {
    name: 'sent-away-before-it-was-in',
    breaks:
      'A sender by SRT whose key was removed while it was let in counted as undecided for ever; after sixteen of them nobody sent that stream from there.',
    edits: [
      edit(
        'src/live/ingest/srt/caller-table.ts',
        'if (entry.answer === undefined) this.#discount(entry);',
        '',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/srt/listener-faults.test.ts'],
  },
  {
    name: 'wishes-of-all-formats',
    breaks: 'An offer of WHIP with a=rtcp-fb:* was not agreed to, for the library knows numbers alone.',
    edits: [
      edit(
        'src/live/ingest/whip/sdp/offer.ts',
        'return line.replace(/^a=rtcp-fb:\\*(?= )/, `a=rtcp-fb:${own}`);',
        "return own === '' ? own : line;",
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/whip/sdp/sdp.test.ts'],
  },
  {
    name: 'one-set-for-pictures',
    breaks:
      'Of an encoder by WHIP that has several sets of parameters for pictures the last alone stood before a keyframe: pictures that name another could not be decoded.',
    edits: [
      edit(
        'src/live/ingest/whip/rtp/h264-sets.ts',
        'this.#pictures.set(number, unit);',
        'this.#pictures.clear(); this.#pictures.set(number * 0, unit);',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/whip/rtp/h264-bounds.test.ts'],
  },
  {
    name: 'a-word-behind-the-last',
    breaks:
      'A sender by RTMP that was sent away was acknowledged behind its last word: to write there destroys the connection, and what it was told was lost.',
    edits: [
      edit(
        'src/live/ingest/rtmp/session.ts',
        "if (this.#phase === 'over') return;\n    this.#received",
        'this.#received',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/rtmp/session.test.ts'],
  },
];
