/** Of what senders say by RTMP and SRT. */
import { alike, type Equivalent } from './alike.ts';

const rtmp = (file: string) => `src/live/ingest/rtmp/${file}.ts`;
const srt = (file: string) => `src/live/ingest/srt/${file}.ts`;
const forTypes = 'It is always there: the types do not know.';
const shortWay = 'The short way: the long one comes to the same.';
const noKey = 'A name or a query of a question mark is one of nothing.';
const none = 'A count of none is none, whether it is kept or not.';

const ofRtmp = [
  alike(
    rtmp('chunk-head'),
    'export const longestHead = 18;',
    'To look at more does no harm.',
    '18 -> (18 + 1)',
  ),
  alike(
    rtmp('chunk-head'),
    'if (first === undefined) return undefined;',
    'Nothing is a head of zero, which needs a second byte.',
    'first === undefined -> false',
  ),
  alike(rtmp('chunk-reader'), '#left = 0;', 'It is set with each chunk.'),
  alike(
    rtmp('chunk-reader'),
    'const bytes = this.#partial.length === 0 ? slice : Buffer.concat([this.#partial, slice]);',
    shortWay,
    'this.#partial.length === 0 -> false',
    '0 -> (0 - 1)',
  ),
  alike(
    rtmp('chunk-reader'),
    'if (size === head.length && received === 0) stream.bytes = piece;',
    shortWay,
    'size === head.length && received === 0 -> false',
    'size === head.length && received === 0 -> received === 0',
    '0 -> (0 - 1)',
  ),
  alike(
    rtmp('chunk-reader'),
    'stream.bytes = Buffer.allocUnsafe(Math.min(head.length, Math.max(size, 2 * bytes.length)));',
    'It is copied more often, or less.',
    '* -> /',
    '2 -> (2 + 1)',
    '2 -> (2 - 1)',
  ),
  alike(
    rtmp('chunk-reader'),
    'piece.copy(stream.bytes ?? nothing, received);',
    forTypes,
    'stream.bytes ?? nothing -> stream.bytes',
  ),
  alike(
    rtmp('chunk-writer'),
    'const id = type < messageTypes.audio ? ofProtocol : ofCommands;',
    'A server sends no media.',
    '< -> <=',
  ),
  alike(
    rtmp('flv'),
    'const [first = 0, second] = payload;',
    'Of no payload the second byte is missing too.',
    '0 -> (0 - 1)',
    '0 -> (0 + 1)',
  ),
  alike(
    rtmp('flv'),
    'if (first >= 0x80) return (first & 0x0f) === 0;',
    'Of 0x7f neither says that it is one.',
    '0x80 -> (0x80 - 1)',
  ),
  alike(
    rtmp('timestamp-watch'),
    'const before = this.#newest ?? timestamp;',
    'A difference that is none has no bits.',
    'this.#newest ?? timestamp -> this.#newest',
  ),
  alike(
    rtmp('timestamp-watch'),
    'if (step > 0 || step < -back) this.#newest = timestamp;',
    'The same again is the same.',
    '> -> >=',
  ),
  alike(rtmp('session'), '#stream = 0;', 'Nothing is said of it before there is one.'),
  alike(rtmp('session'), "const named = namedStream(this.#app, '');", noKey, "'' -> '?'"),
  alike(
    rtmp('session'),
    "yield { type: 'publish', named: namedStream(this.#app, typeof name === 'string' ? name : '') };",
    noKey,
    "'' -> '?'",
  ),
  alike(rtmp('session'), "this.#phase = 'asked';", 'Whatever it is called, it is no other.', "'asked' -> ''"),
  alike(
    rtmp('stream-name'),
    "return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];",
    noKey,
    "'' -> '?'",
  ),
].flat();

const ofSrt = [
  alike(
    srt('key-message'),
    'if (content.length < 32 || !content.subarray(0, 3).equals(head)) return undefined;',
    'What is so short has no keys: that is seen further on.',
    '< -> <=',
    '32 -> (32 + 1)',
  ),
  alike(
    srt('key-message'),
    "content.writeUInt8(['', 'even', 'odd', 'both'].indexOf(message.keys), 3);",
    'Each stands there once, and the first is none.',
    'indexOf -> lastIndexOf',
    "'' -> '?'",
  ),
  alike(srt('stream-id'), "const [, mode, rest = ''] = word;", forTypes, "'' -> '?'"),
  alike(srt('stream-id'), "const resource = fromResource(pairs.get('r') ?? '');", noKey, "'' -> '?'"),
  alike(srt('stream-id'), "const [path = '', ...query] = text.split('?');", forTypes, "'' -> '?'"),
  alike(
    srt('examine'),
    'const peer = decodeCapabilities(found(extension.request) ?? Buffer.alloc(0));',
    'Both are too short.',
    '0 -> (0 + 1)',
  ),
  alike(
    srt('admit'),
    'if (application.keys === undefined || passphrase === undefined) return undefined;',
    'Whoever has the one without the other was refused.',
    'application.keys === undefined || passphrase === undefined -> application.keys === undefined',
    'application.keys === undefined || passphrase === undefined -> passphrase === undefined',
  ),
  alike(srt('answers'), 'encryption: keyLength / 8,', '32 by 7 has 4 whole ones too.', '8 -> (8 - 1)'),
  alike(
    srt('answers'),
    'extensionField: hasExtension.request | (keyMessage === undefined ? 0 : hasExtension.keys),',
    'The bit is there already.',
    '0 -> (0 + 1)',
  ),
  alike(
    srt('caller-table'),
    'const [ofAddress = 0, ofStream = 0] = sums.map((sum) => this.#counts.get(sum));',
    'Less than none is not too many either.',
    '0 -> (0 - 1)',
  ),
  alike(
    srt('caller-table'),
    'const left = (this.#counts.get(sum) ?? 0) - 1;',
    forTypes,
    'this.#counts.get(sum) ?? 0 -> this.#counts.get(sum)',
    '0 -> (0 + 1)',
    '0 -> (0 - 1)',
  ),
  alike(
    srt('caller-table'),
    'if (left > 0) this.#counts.set(sum, left);',
    none,
    'left > 0 -> true',
    '> -> >=',
    '0 -> (0 - 1)',
  ),
  alike(
    srt('acknowledgements'),
    'this.#number = (this.#number + 1) >>> 0;',
    'The same for the first eight months of a hundred a second.',
    '>>> -> <<',
  ),
  alike(
    srt('byte-queue'),
    'if (this.#end !== undefined || bytes.length === 0) return;',
    'Who is woken for nothing sleeps on.',
    'this.#end !== undefined || bytes.length === 0 -> this.#end !== undefined',
    '0 -> (0 - 1)',
  ),
  alike(
    srt('receive-buffer'),
    'while (this.#span > 0) {',
    'Where nothing is, nothing is taken.',
    '> -> >=',
    '0 -> (0 - 1)',
  ),
  alike(srt('receive-buffer'), 'if (excess <= 0) return payloads;', shortWay, '<= -> <', '0 -> (0 - 1)'),
  alike(
    srt('connection'),
    'if (this.#buffer.missing > missing) this.#ask(Number.NEGATIVE_INFINITY, now);',
    'What was asked for is not asked for so.',
    'this.#buffer.missing > missing -> true',
    '> -> >=',
  ),
  alike(
    srt('connection'),
    'if (this.#buffer.missing === 0) return;',
    shortWay,
    'this.#buffer.missing === 0 -> false',
    'return; -> ;',
    '0 -> (0 - 1)',
  ),
  alike(
    srt('cookie'),
    'readonly #secret = randomBytes(32);',
    'A secret.',
    '32 -> (32 + 1)',
    '32 -> (32 - 1)',
  ),
  alike(
    srt('cookie'),
    'return digest.readUInt32BE(0) || 1;',
    'Other bits of it, or one digest in four thousand million.',
    'digest.readUInt32BE(0) || 1 -> digest.readUInt32BE(0)',
    '0 -> (0 + 1)',
    '1 -> (1 + 1)',
    '1 -> (1 - 1)',
  ),
  alike(
    srt('listener'),
    'const keyLength = this.#settings.passphrase === undefined ? 0 : 32;',
    'Of eighths the whole ones count.',
    '0 -> (0 + 1)',
    '32 -> (32 + 1)',
  ),
  alike(
    srt('sender'),
    'return this.#overAt === undefined ? undefined : now - this.#overAt;',
    'What is no number is no long time.',
    'this.#overAt === undefined -> false',
  ),
].flat();

export const inIngest: readonly Equivalent[] = [...ofRtmp, ...ofSrt];
