/** Values that break one rule or another of FORMAT.md, or that nobody expects though they break none. */
import type { Random } from './random.ts';

/** In the place of a whole number. */
export const numbers: readonly string[] = [
  ...['', '0', '1', '-1', '-0', '+1', ' 1', '1 ', '01', '1.5', '1e3', '0x10', '1_000', 'NaN', 'Infinity'],
  ...['null'],
  ...['9007199254740991', '9007199254740992', '9223372036854775807', '9223372036854775808'],
  ...['4294967295', '4294967296', '2147483647', '2147483648', '18446744073709551616', '9999999999999999'],
  ...['00000000000000001', '0000000000000000', '\u0661\u0662', '1\n', '1\0', '9'.repeat(400)],
];

/** In the place of a path. Some are fine. */
export const paths: readonly string[] = [
  ...['', '.', '..', '/', '//', '../x', '../../canary/secret', '../../../etc/passwd', '/etc/passwd', './x'],
  ...['x/.', 'x/..'],
  ...['a/../../x', 'a//b', 'a/', '/a', 'a\0b', '\0', 'a/./b', '...', '....//x', '..\\x', 'C:\\x', 'C:x'],
  ...['\\\\host\\x'],
  ...['CON', 'con.txt', 'NUL', 'a.', 'a ', ' a', 'a:b', '~', '-rf', '*', '?', '|', '$(x)', '`x`', '%2e%2e/x'],
  ...['%00'],
  ...['.sluice', '.sluice/journal.db', '.sluice/parts/x', '.sluice/id', 'inner-link/x', 'file-link'],
  ...['file-link/x', 'dead-link'],
  ...['a.DIGEST_MISMATCH', 'x', 'x/y', 'x/y/z', 'X', 'caf\u00e9', 'cafe\u0301', '\u202egnp.exe', '\ufeffx'],
  ...['\u2028', 'a\nb'],
  ...['a\rb', '\u001b[2J', '\u007f', 'n'.repeat(255), 'n'.repeat(256), '\u20ac'.repeat(85)],
  ...['\u20ac'.repeat(86)],
  ...[`${'d/'.repeat(60)}x`, `${'d/'.repeat(2048)}x`, 'p'.repeat(4097), '__proto__', 'constructor'],
  ...['toString'],
];

/** In the place of an uploader's name, or a stream's. */
export const names: readonly string[] = [
  ...['', '.', '..', 'a/b', '/', '.sluice', 'a\0', 'a\n', '\u007f', 'a'.repeat(128), 'a'.repeat(129)],
  ...['\u20ac'.repeat(43)],
  ...['link', 'cam', 'healthy', 'HEALTHY', 'healthy ', 'healthy/', '__proto__', 'toString', '-'],
  ...['\ufeffhealthy', 'a b', '%2e%2e'],
];

/** In the place of an upload's id. */
export const ids: readonly string[] = [
  ...['', '0'.repeat(32), 'f'.repeat(32), '0'.repeat(31), '0'.repeat(33), 'G'.repeat(32), 'F'.repeat(32)],
  ...['../../canary/secret'],
  ...['0123456789abcdef0123456789abcdef', `${'f'.repeat(16)}${'0'.repeat(16)}`, `../${'0'.repeat(29)}`],
  ...[`${'0'.repeat(31)}\n`],
];

/** Where chunks may be said to stand. */
export const stripes: readonly string[] = [
  ...['', ',', '0:0-0', '0:5-1', '1:0-1,1:2-3', '0:0-9,1:0-9,2:0-9,3:0-9', '99:0-1', '-1:0-1', '0:-1-2'],
  ...[
    '0:0-9007199254740991',
    '0:0-9999999999999999',
    '9999999999:0-1',
    '0:0',
    '0x0:0-1',
    '0:0-1\n',
    '0:0-1,',
  ],
  ...[
    Array.from({ length: 64 }, (_, at) => `${at}:0-1`).join(),
    Array.from({ length: 65 }, (_, at) => `${at}:0-1`).join(),
  ],
];

export const digests: readonly string[] = [
  ...['', 'md5:', 'md5', ':', `md5:${'0'.repeat(32)}`, `md5:${'0'.repeat(31)}`, `md5:${'A'.repeat(32)}`],
  ...[`md4:${'0'.repeat(32)}`],
  ...[`sha256:${'0'.repeat(64)}`, `sha256:${'0'.repeat(32)}`, `crc64nvme:${'0'.repeat(16)}`],
  ...[`__proto__:${'0'.repeat(32)}`, 'constructor:'],
];

export const times: readonly string[] = [
  ...['', '0', '-0', '-1', '9'.repeat(28), `-${'9'.repeat(28)}`, '9'.repeat(29), '1.5', '1e9', 'NaN', '--1'],
  ...['- 1'],
  ...['9223372036854775807000000000', '-11644473600000000000', '253402214400000000000'],
  ...['-9223372036854775808000000000'],
];

export const modes: readonly string[] = [
  '',
  '0000',
  '7777',
  '0888',
  '644',
  '00644',
  '0o64',
  '-644',
  '4755',
  '2777',
  'rwx',
  '06\n4',
];

export const kinds: readonly string[] = [
  ...[
    '',
    'chunk',
    'close',
    'copy',
    'delta',
    'abort',
    'pack',
    'remove',
    'link',
    'folder',
    'hard-link',
    'init',
    'part',
    'gap',
    'end',
    'CHUNK',
    'chunk ',
    'toString',
  ],
  ...['__proto__', 'worm', 'chunk\0'],
];

export const checksums: readonly string[] = [
  '',
  'md5',
  'sha256',
  'crc64nvme',
  'MD5',
  'sha1',
  '__proto__',
  'toString',
  'md5 ',
];

export const versions: readonly string[] = ['', '0', '1', '2', '01', '1.0', '1\n', ' 1', '\u0661'];

/** Bytes that are no UTF-8, or that some readers take for it. */
export const notUtf8: readonly Buffer[] = [
  ...[
    [0xff, 0xfe],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0x61, 0x80],
    [0xe2, 0x82],
  ],
  ...[[0xc1, 0xbf]],
].map((bytes) => Buffer.from(bytes));

/** JSON in the place of a value that is expected to be something else. */
export const json: readonly string[] = [
  ...['', 'null', '0', '-0', '-1', '1.5', '1e400', '-1e400', '9007199254740992', '1e21', '"', '""', '"x"'],
  ...['true', '[]', '{}', '[[]]'],
  ...['{"__proto__":{"v":1}}', '"\\ud800"', '"\\u0000"', '[1', '{"a":1,"a":2}', '\ufeff1', 'NaN', "'x'"],
  ...['[null]', '{"toString":1}'],
  ...['['.repeat(20_000), '{"a":'.repeat(5000), `"${'\\n'.repeat(5000)}"`, '1'.repeat(5000)],
];

/** The bytes with some of them turned over, taken away, put in or repeated. */
export function mutated(bytes: Uint8Array, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return random.bytes(random.small(8));
  const at = random.below(copy.length);
  const end = Math.min(copy.length, at + 1 + random.small(16));
  switch (random.below(6)) {
    case 0:
      copy[at]! ^= 1 << random.below(8);
      return copy;
    case 1:
      copy[at] = random.below(256);
      return copy;
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(end)]);
    case 3:
      return Buffer.concat([copy.subarray(0, end), copy.subarray(at)]);
    case 4:
      return Buffer.concat([copy.subarray(0, at), random.bytes(end - at), copy.subarray(end)]);
    default:
      return copy.subarray(0, at);
  }
}
