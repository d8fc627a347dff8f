/** Requests of HTTP/1.1, most of them nearly right: what has been used to make two parsers disagree. */
import { mutated } from '../nasty.ts';
import type { Random } from '../random.ts';

const methods = [
  'GET',
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'OPTIONS',
  'DELETE',
  'CONNECT',
  'get',
  'GET\t',
  ' GET',
  'G\0T',
  'PRI',
  '',
];
const targets = [
  ...['/live/a', '/live/a', '/live/b?c=d', '/live/wait/1', '/live/wait/2', '/page', '/', '*', '', 'live/a'],
  ...['//live/a'],
  ...['http://a/live/a', 'http://b/live/a', 'HTTP://a/', 'a:80', '/live/../page', '/live/%2e%2e/x'],
  ...['/live/a#b', '/live/a b', '/live/a\tb'],
  ...['/live/\u00e9', '/live/\0', '/live/"', '/live/a\\b', '/live/a HTTP/1.1', '/live/{}|^`'],
  ...[`/live/${'x'.repeat(3000)}`, `/live/${'x'.repeat(16_400)}`],
];
const versions = [
  ...['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2'],
  ...['HTTP/2.0', 'HTTP/0.9', 'http/1.1'],
  ...['HTTP/1.1 ', 'HTTP/1.11', 'HTTP/11', 'HTTP/1.', 'HTTP /1.1', ''],
];
const plain = [
  ...['X: y', 'Accept: */*', 'Accept-Encoding: gzip', 'User-Agent: a (b; c)', 'Range: bytes=0-5'],
  ...['Cookie: a=b; c=d', 'Origin: http://b'],
  ...['Connection: keep-alive', 'connection:Keep-Alive ', 'Empty:', 'Empty: \t ', 'If-None-Match: "x"'],
  ...["a!#$%&'*+-.^_`|~9: v", 'V: \u00e9\u00ff'],
];
const tricks = [
  ...['Content-Length: 0', 'Content-Length: 3', 'Content-Length: 38', 'Content-length: 03'],
  ...['Content-Length: +3', 'Content-Length: -1', 'Content-Length: 3, 3'],
  ...['Content-Length: 3 ', 'Content-Length:', 'Content-Length: 0x3', 'Content-Length: 3;'],
  ...['Content-Length: 99999999999999999999', 'Content-Length : 3'],
  ...['Transfer-Encoding: chunked', 'transfer-encoding:chunked', 'Transfer-Encoding : chunked'],
  ...['Transfer-Encoding: Chunked', 'Transfer-Encoding: xchunked'],
  ...['Transfer-Encoding: chunked, identity', 'Transfer-Encoding: identity'],
  ...['Transfer-Encoding: gzip, chunked', 'Transfer-Encoding:\x0bchunked'],
  ...['Transfer-Encoding: \tchunked', 'Transfer-Encoding: "chunked"', 'Transfer-Encoding:'],
  ...['X: y\rTransfer-Encoding: chunked', 'X: y\nContent-Length: 3'],
  ...['Transfer\u00adEncoding: chunked', 'Transfer_Encoding: chunked', 'Content_Length: 3', 'TE: trailers'],
  ...['Trailer: x', '\x00Transfer-Encoding: chunked'],
  ...['Host: b', 'Host: ', 'host: a', 'Host : a', 'Host: a, b', 'Host: a b', 'Host: a\0', 'Host: \u00e9'],
  ...['Host', ': x', ':', 'X', 'X Y: z', 'X\t: y', ' X: y', '\tfolded', ' folded'],
  ...['Connection: close', 'Connection: keep-alive, close', 'Connection: upgrade'],
  ...['Connection: Upgrade, HTTP2-Settings', 'Connection: \u212aeep-alive', 'Connection: Close'],
  ...['Proxy-Connection: close', 'Proxy-Connection: keep-alive', 'Keep-Alive: timeout=5'],
  ...['Upgrade: websocket', 'Upgrade: h2c', 'HTTP2-Settings: x', 'Expect: 100-continue'],
  ...['Expect: 200-ok', 'Expect:', 'X: a\0b', 'X: a\x01b', 'X: a\x7fb', 'X: a\x0bb', 'X: a\rb', 'X: \x80'],
  ...['X\0: y', 'X(y): z', 'X: y\r', '__proto__: x', 'Sec-WebSocket-Key: x'],
  ...[`X: ${'y'.repeat(4000)}`, `X: ${' '.repeat(3000)}`, `X: ${'y'.repeat(16_000)}`],
  ...[`${'X'.repeat(4000)}: y`, 'Upgrade-Insecure-Requests: 1', 'Date:'],
];
const smuggled = 'GET /live/smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const bodies = [
  ...['', '', 'abc', smuggled, 'abc\r\n', '\r\n', '0\r\n\r\n', `0\r\n\r\n${smuggled}`],
  ...[`3\r\nabc\r\n0\r\n\r\n`, `3;x=y\r\nabc\r\n0\r\n\r\n`],
  ...['3 \r\nabc\r\n0\r\n\r\n', '0x3\r\nabc\r\n0\r\n\r\n', '3\nabc\n0\n\n', '3\r\nabc0\r\n\r\n'],
  ...['3\r\nabcd\r\n0\r\n\r\n', '-1\r\n\r\n', '\r\n3\r\nabc\r\n0\r\n\r\n'],
  ...[`3;${'x'.repeat(3000)}\r\nabc\r\n0\r\n\r\n`, '3;x="\r\n"\r\nabc\r\n0\r\n\r\n'],
  ...['3\r\nabc\r\n0\r\nX: y\r\n\r\n', '3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n'],
  ...['ffffffffffffffff\r\nabc', '10000000000000003\r\nabc\r\n0\r\n\r\n', '3\r\nabc\r\n00\r\n\r\n'],
  ...['3\r\nabc\r\n0\r\n', '3;\n\r\nabc\r\n0\r\n\r\n', '3\r\rabc\r\n0\r\n\r\n'],
];
const lineEnds = ['\n', '\r', '\r\r\n', '\n\r', '\r\n ', '\r\n\r\n', '\x0b\r\n', ''];

/** A request, in which more or less is not as it should be. */
export function hostileRequest(random: Random): Buffer {
  const isPlain = random.chance(0.35);
  const odd = isPlain ? 0 : 0.15;
  const method = random.chance(odd) ? random.pick(methods) : random.pick(['GET', 'GET', 'HEAD']);
  const target = random.chance(odd)
    ? random.pick(targets)
    : random.pick(['/live/a', '/live/wait/1', '/live/b?c=d', '/page']);
  const version = random.chance(odd) ? random.pick(versions) : 'HTTP/1.1';
  const lines = [`${method} ${target} ${version}`];
  if (!random.chance(odd / 3)) lines.push('Host: a');
  for (let more = random.below(5); more > 0; more -= 1)
    lines.push(random.pick(random.chance(odd * 3) ? tricks : plain));
  if (random.chance(0.1)) lines.push(...lines.splice(1).sort());
  const end = () => (random.chance(odd / 8) ? random.pick(lineEnds) : '\r\n');
  const head = lines.map((line) => line + end()).join('') + end();
  const hasBody = lines.some((line) => /^(content|transfer)-/i.test(line));
  const before = random.chance(odd / 4) ? random.pick(['\r\n', '\n', ' ', '\0', '\r', '\r\n\r\n']) : '';
  const text = before + head + (hasBody || random.chance(odd / 3) ? random.pick(bodies) : '');
  const bytes = Buffer.from(text, 'latin1');
  return random.chance(odd) ? mutated(bytes, random) : bytes;
}
