/** What strangers ask of a delivery server: paths, query strings and headers that are nearly right, and frames of WebSocket that are not. */
import * as nasty from '../nasty.ts';
import type { Random } from '../random.ts';

/** What is sent on one connection. */
export interface Visit {
  readonly kind: 'request' | 'socket';
  readonly pieces: readonly Buffer[];
}

const streams = [
  'good',
  'good',
  'good',
  'good',
  'none',
  'GOOD',
  'good%20',
  '%67ood',
  'good%00',
  '..',
  '%2e%2e',
  'S'.repeat(64),
  'S'.repeat(65),
  '__proto__',
  '',
];
const renditions = ['main', 'main', 'main', 'main', 'other', 'toString', '%6dain', '..', ''];
const numbers = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '9',
  '20',
  '01',
  '-1',
  '1e3',
  '9007199254740991',
  '9999999999999999',
  '10000000000000000',
  'NaN',
  '',
];
const files = [
  'live.m3u8',
  'live.m3u8',
  'live.m3u8',
  'vod.m3u8',
  'live.m3u8/',
  'LIVE.M3U8',
  'live%2em3u8',
  '',
  'x',
];
const ofStream = ['index.m3u8', 'manifest.mpd', 'stream.mp4', 'ws', 'index.m3u8/x', 'toString', ''];
const elsewhere = [
  ...[
    '/',
    '/api/streams',
    '/api/streams/good',
    '/api/reports',
    '/api/x',
    '/metrics',
    '/healthz',
    '/index.html',
  ],
  ...['/player.js', '/assets/', '/../package.json', '/%2e%2e/package.json'],
  ...['//good', '/live', '/live/', '/live//', '/live/good', '/live/good/', '*'],
  ...['/live/good/main/live.m3u8;x', '/favicon.ico', '/api/streams/%00', '/api/time', '/%', '/%zz'],
  ...['/\u00e9'],
];
const values = [
  ...numbers,
  ...nasty.numbers.slice(0, 30),
  'YES',
  'v2',
  'yes',
  '%',
  '%zz',
  '%00',
  '%ff',
  '1&1',
  'x'.repeat(300),
  'x'.repeat(3000),
  '%22',
  '<script>',
  '..',
];
const parameters = [
  '_HLS_msn',
  '_HLS_msn',
  '_HLS_part',
  '_HLS_part',
  '_HLS_skip',
  'from',
  'token',
  'rendition',
  'chunks',
  '_hls_msn',
  '__proto__',
  '',
  '_HLS_push',
];
const headers = [
  ...['Range: bytes=0-', 'Range: bytes=0-0', 'Range: bytes=-1', 'Range: bytes=5-2'],
  ...['Range: bytes=0-99999999999999999999', 'Range: bytes=0-0,1-1', 'Range: items=0-1', 'Range: bytes='],
  ...[`Range: bytes=${'0-1,'.repeat(500)}0-1`, 'If-None-Match: *', 'If-None-Match: "x"'],
  ...['If-None-Match: W/"', 'If-Modified-Since: yesterday', 'Accept-Encoding: gzip'],
  ...['Accept-Encoding: br;q=0, *;q=9'],
  ...['Accept-Encoding: gzip;q=nan', 'Origin: null', 'Origin: http://x', 'X-Forwarded-Prefix: /../..'],
  ...['X-Forwarded-Prefix: //evil', 'X-Forwarded-Proto: javascript', 'X-Forwarded-Host: a"b<c>'],
  ...['X-Forwarded-For: x'],
  ...['Access-Control-Request-Method: PUT', 'Authorization: Bearer x', 'Content-Length: 5'],
  ...['Transfer-Encoding: chunked', 'Expect: 100-continue', 'Upgrade: websocket', 'Connection: Upgrade'],
  ...['TE: gzip'],
  ...[`Cookie: ${'x'.repeat(5000)}`, 'Accept: */*', 'Forwarded: for=_x;host="a'],
  ...['Sec-Fetch-Site: cross-site', 'If-Range: "x"'],
];
const methods = [
  'GET',
  'GET',
  'GET',
  'GET',
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
  'DELETE',
  'TRACE',
  'PATCH',
  'PROPFIND',
];

function pathOf(random: Random): string {
  const way = random.below(10);
  if (way === 0) return random.pick(elsewhere);
  const stream = `/live/${random.pick(streams)}`;
  if (way < 3) return `${stream}/${random.pick(ofStream)}`;
  const rendition = `${stream}/${random.pick(renditions)}`;
  if (way < 7) return `${rendition}/${random.pick(files)}`;
  const [a, b] = [random.pick(numbers), random.pick(numbers)];
  const track = random.chance(0.3) ? random.pick(['video-', 'audio-', 'text-']) : '';
  return `${rendition}/${track}${random.pick([`part-${a}-${b}.m4s`, `seg-${a}-${b}.m4s`, `init-${a}.mp4`, `part-${a}.m4s`])}`;
}

function queryOf(random: Random): string {
  if (random.chance(0.4)) return '';
  const pairs = Array.from(
    { length: 1 + random.small(4) },
    () => `${random.pick(parameters)}=${random.pick(values)}`,
  );
  return `?${pairs.join(random.chance(0.9) ? '&' : random.pick([';', '?', '&&', '#']))}`;
}

function request(random: Random, more: readonly string[] = []): Buffer {
  const method = random.pick(methods);
  const lines = [`${method} ${pathOf(random)}${queryOf(random)} HTTP/1.1`, 'Host: a', ...more];
  for (let count = random.small(4); count > 0; count -= 1) lines.push(random.pick(headers));
  const bytes = Buffer.from([...lines, '', ''].join('\r\n'), 'latin1');
  return random.chance(0.1) ? nasty.mutated(bytes, random) : bytes;
}

/** RFC 6455, 5.2, with each of its fields as it likes. */
function frame(random: Random): Buffer {
  const opcode = random.pick([0, 1, 1, 2, 2, 8, 9, 10, 3, 7, 11, 15]);
  const first = (random.chance(0.7) ? 0x80 : 0) | (random.chance(0.1) ? random.below(8) << 4 : 0) | opcode;
  const payload =
    opcode === 8 ? closing(random) : random.bytes(random.pick([0, 1, 5, 125, 126, 200, 1024, 1025, 70_000]));
  const mask = random.chance(0.8);
  const key = mask ? random.bytes(4) : Buffer.alloc(0);
  const body = mask ? payload.map((byte, index) => byte ^ key[index % 4]!) : payload;
  return Buffer.concat([Buffer.from([first]), lengthOf(payload.length, mask, random), key, body]);
}

function closing(random: Random): Buffer {
  const code = random.pick([0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 2999, 3000, 4999, 5000, 65_535]);
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return random.pick([
    Buffer.alloc(0),
    Buffer.of(3),
    bytes,
    Buffer.concat([bytes, random.pick(nasty.notUtf8)]),
    Buffer.concat([bytes, Buffer.alloc(124, 'x')]),
  ]);
}

function lengthOf(length: number, mask: boolean, random: Random): Buffer {
  const claimed = random.chance(0.1)
    ? random.pick([0, 1, 126, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63])
    : length;
  const bit = mask ? 0x80 : 0;
  if (claimed < 126 && !random.chance(0.05)) return Buffer.of(bit | claimed);
  const bytes = Buffer.alloc(9);
  bytes[0] = bit | 127;
  bytes.writeBigUInt64BE(BigInt(claimed), 1);
  if (claimed > 65_535 || random.chance(0.1)) return bytes;
  const short = Buffer.of(bit | 126, claimed >> 8, claimed & 255);
  return short;
}

const upgrade = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

function socket(random: Random): Visit {
  const isRight = random.chance(0.85);
  const path = isRight
    ? `/live/good/ws${random.chance(0.3) ? '?chunks=1' : ''}`
    : pathOf(random) + queryOf(random);
  const lines = isRight ? upgrade : upgrade.map((line) => (random.chance(0.3) ? random.pick(headers) : line));
  const more = random.chance(0.2)
    ? ['Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99']
    : [];
  const head = Buffer.from(
    [`GET ${path} HTTP/1.1`, 'Host: a', ...lines, ...more, '', ''].join('\r\n'),
    'latin1',
  );
  const frames = Array.from({ length: random.small(6) }, () => frame(random));
  const noise = random.chance(0.1) ? [random.bytes(random.small(500))] : [];
  return { kind: 'socket', pieces: [head, ...frames, ...noise] };
}

export function hostileVisit(random: Random): Visit {
  if (random.chance(0.3)) return socket(random);
  const requests = Array.from({ length: random.small(3) }, () => request(random));
  return { kind: 'request', pieces: [...requests, request(random, ['Connection: close'])] };
}
