// @ts-check
/**
 * What a viewer sees where a picture does not simply move: one table for all modes and engines, so that each end and each refusal has
 * its words, and what can be done about it. Pure.
 */

/**
 * What is known of a player.
 * @typedef {object} Facts
 * @property {string | undefined} stream
 * @property {string | undefined} refused why the server does not let it be watched
 * @property {string | undefined} unplayable the MIME type that this browser does not play; '' where that is not known
 * @property {boolean} blocked the browser plays nothing before somebody presses something
 * @property {boolean} ended the programme was watched to its end
 * @property {boolean} paused
 * @property {boolean} waiting nothing moves although it should
 * @property {number} waited milliseconds of it
 * @property {boolean} disconnected servers do not answer
 * @property {boolean} published somebody publishes the stream, or did; true while that is not known
 * @property {boolean} shown a picture of this stream was shown
 * @property {boolean} over what is played is a recording
 * @property {boolean} live at the live edge, or on the way there
 */

/**
 * @typedef {object} State
 * @property {string} name
 * @property {string | undefined} message what is said over the picture
 * @property {'play' | 'again' | 'retry' | undefined} offers the one thing that a press is to do: go on, from the beginning, ask once more
 * @property {boolean} spins something is waited for that is to come by itself, and soon
 */

/** Milliseconds without a picture after which waiting is shown, and after which it is explained. */
const noticed = 500;
const explained = 4000;

/** @type {readonly (readonly [name: string, isSo: (facts: Facts) => boolean, shows?: { message?: string | ((facts: Facts) => string | undefined), offers?: State['offers'], spins?: boolean }])[]} the first that is so */
const table = [
  ['none', ({ stream }) => stream === undefined],
  ['refused', ({ refused }) => refused !== undefined, { message: ({ refused }) => refused, offers: 'retry' }],
  [
    'unplayable',
    ({ unplayable }) => unplayable !== undefined,
    { message: ({ unplayable = '' }) => `This browser does not play ${codecsOf(unplayable)}.` },
  ],
  ['ended', ({ ended }) => ended, { message: 'The programme has ended.', offers: 'again' }],
  [
    'blocked',
    ({ blocked }) => blocked,
    { message: 'This browser plays nothing by itself. Press Play.', offers: 'play' },
  ],
  ['paused', ({ paused, waiting }) => paused && !waiting, { offers: 'play' }],
  ['playing', ({ waiting, waited, over, live }) => isMoving(waiting, waited) && !over && live],
  ['rewound', ({ waiting, waited, over }) => isMoving(waiting, waited) && !over],
  ['recording', ({ waiting, waited }) => isMoving(waiting, waited)],
  ['opening', ({ waited }) => waited < explained, { spins: true }],
  ['disconnected', ({ disconnected }) => disconnected, { message: 'Connecting again …', spins: true }],
  [
    'unpublished',
    ({ published }) => !published,
    { message: 'Nobody is publishing this stream. It begins here as soon as somebody does.' },
  ],
  [
    'interrupted',
    ({ shown, live, over }) => shown && live && !over,
    { message: 'Waiting for the publisher …', spins: true },
  ],
  ['slow', () => true, { message: 'Waiting for the picture …', spins: true }],
];

/** What people call codecs, by the beginnings of their names in RFC 6381. */
const codecNames = /** @type {const} */ ([
  ['avc', 'H.264'],
  ['hvc', 'H.265 (HEVC)'],
  ['hev', 'H.265 (HEVC)'],
  ['av01', 'AV1'],
  ['mp4a', 'AAC'],
  ['opus', 'Opus'],
  ['fLaC', 'FLAC'],
  ['ac-3', 'AC-3'],
  ['ec-3', 'E-AC-3'],
]);

/** @param {string} mimeType */
function codecsOf(mimeType) {
  const codecs = (/codecs="([^"]+)"/.exec(mimeType)?.[1] ?? '').split(',').filter((codec) => codec !== '');
  if (codecs.length === 0) return 'the codecs of this stream';
  const names = codecs.map(
    (codec) => codecNames.find(([begin]) => codec.trim().startsWith(begin))?.[1] ?? codec,
  );
  return names.join(' with ');
}

/** @param {boolean} waiting @param {number} waited */
function isMoving(waiting, waited) {
  return !waiting || waited < noticed;
}

/** States in which a picture moves, or is about to: there is sound to be turned on, and something to be paused. */
export const lively = new Set(['playing', 'rewound', 'recording', 'opening']);

/** @param {Facts} facts @returns {State} */
export function stateOf(facts) {
  const [name, , shows = {}] = table.find(([, isSo]) => isSo(facts)) ?? ['none', () => true];
  const { message, offers, spins = false } = shows;
  return { name, message: typeof message === 'function' ? message(facts) : message, offers, spins };
}

/**
 * A refusal in words for viewers; `reason` is the server's own.
 * @param {string} reason
 */
export function refusalOf(reason) {
  if (reason.includes('expired')) return 'The link to this stream has expired. Ask for a new one.';
  if (reason.includes('not valid'))
    return 'This stream is not for everybody, and the token in its address is not valid for it.';
  return 'This stream is not for everybody: its address needs a valid token.';
}

/**
 * Whether media of the second type can follow the first in one SourceBuffer: codecs may change, the kinds of tracks may not
 * (Media Source Extensions, 3.5.7).
 * @param {string} before a MIME type with its codecs
 * @param {string} after
 */
export function canFollow(before, after) {
  return kindsOf(before) === kindsOf(after);
}

/** @param {string} mimeType */
function kindsOf(mimeType) {
  const codecs = (/codecs="([^"]*)"/.exec(mimeType)?.[1] ?? '').split(',');
  const isPicture = (/** @type {string} */ codec) => /^\s*(?:avc|hvc|hev|av01|vp0|dvh)/.test(codec);
  return codecs
    .map((codec) => (isPicture(codec) ? 'video' : 'audio'))
    .toSorted()
    .join();
}
