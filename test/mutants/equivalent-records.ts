/** Of records, and of what is sent to brokers. */
import { alike } from './alike.ts';

const loop = 'src/records/crc64nvme-loop.ts';
const live = 'src/records/live-record.ts';
const json = 'src/records/live-json.ts';
const pack = 'src/records/pack.ts';
const checksum = 'src/records/checksum.ts';
const look = 'src/kafka/produce/look.ts';
const sender = 'src/kafka/produce/sender.ts';

export const inRecords = [
  alike(
    loop,
    'load8: [0x31, 0, 0],',
    'Also of a byte with a sign, or of two, the lowest eight bits are looked up.',
    '0x31 -> (0x31 + 1)',
    '0x31 -> (0x31 - 1)',
  ),
  alike(
    loop,
    'load64: (offset: number) => [0x29, 3, ...unsigned(offset)],',
    'The alignment is a hint.',
    '3 -> (3 - 1)',
  ),
  alike(
    loop,
    'isAbove: [0x4b],',
    'Addresses are far below 2^31; without the comparison all goes byte by byte, to the same remainder.',
    '0x4b -> (0x4b - 1)',
    '[0x4b] -> []',
  ),
  alike(loop, 'isAtLeast: [0x4f],', 'Addresses are far below 2^31.', '0x4f -> (0x4f - 1)'),
  alike(
    loop,
    'const moved = shift < 0 ? [...op.i64(-shift), ...op.shiftLeft64] : [...op.i64(shift), ...op.shiftRight64];',
    'The shifts are -3, 5, 13 and so on.',
    '< -> <=',
    '0 -> (0 + 1)',
    '0 -> (0 - 1)',
  ),
  alike(
    loop,
    'code.push(...op.get(at), ...op.load64(8), ...op.set(second));',
    'Either of the two words may be loaded first.',
    'push -> unshift',
  ),
  alike(
    loop,
    'for (let index = 0; index < 8; index++) {',
    'A ninth byte of a word is 0, and so is its remainder.',
    '< -> <=',
    '8 -> (8 + 1)',
  ),
  alike(
    json,
    "const stream = key === null ? '' : Buffer.from(key).toString();",
    'Neither is the name of a stream.',
    "'' -> '?'",
  ),
  alike(
    json,
    'json = JSON.parse(Buffer.from(value ?? []).toString());',
    'No value is no JSON, whoever says so.',
    'value ?? [] -> value',
  ),
  alike(
    live,
    "} else if (record.kind !== 'end') {",
    'An end has neither number, and nothing is not 0.',
    "record.kind !== 'end' -> true",
    "'end' -> ''",
  ),
  alike(
    live,
    'if (value === null) return 0;',
    'Of fewer bytes than 16 none differ.',
    '0 -> (0 + 1)',
    '0 -> (0 - 1)',
  ),
  alike(
    live,
    'checkLiveRecord(found, record.value?.length ?? 0);',
    'The same.',
    '0 -> (0 + 1)',
    '0 -> (0 - 1)',
  ),
  alike(
    live,
    "if (record.kind === 'gap') return discontinuity;",
    'A gap has neither of the other two letters.',
    "record.kind === 'gap' -> false",
    "'gap' -> ''",
  ),
  alike(
    checksum,
    'const found = checksumAlgorithms.find((algorithm) => algorithm === name);',
    'Each name stands there once.',
    'find -> findLast',
  ),
  alike(
    checksum,
    'const name = checksumAlgorithm(digest.slice(0, Math.max(0, colon)));',
    'No algorithm has a name of one character.',
    '0 -> (0 + 1)',
  ),
  alike(
    pack,
    "return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;",
    'Only numbers are safe integers.',
    "typeof size === 'number' && Number.isSafeInteger(size) -> Number.isSafeInteger(size)",
  ),
  alike(
    pack,
    "upload: typeof upload === 'string' && isUploadId(upload) ? upload : undefined,",
    'What else there is in JSON is never written as an id.',
    "typeof upload === 'string' && isUploadId(upload) -> isUploadId(upload)",
  ),
  alike(look, 'const counts = new Uint32Array(256);', 'No byte is 256.', '256 -> (256 + 1)'),
  alike(
    look,
    'while (window < windows) {',
    'A seventeenth window begins behind the end of all pieces.',
    '< -> <=',
  ),
  alike(
    look,
    'if (from + windowBytes > end) break;',
    'A window that ends with its piece has nothing in the next one.',
    '> -> >=',
  ),
  alike(sender, 'if (this.#scheduled) return;', 'A second flush finds nothing.', 'this.#scheduled -> false'),
  alike(
    sender,
    'const result = results.find((one) => one.topic === word && one.partition === partition);',
    'Each partition is told of once.',
    'find -> findLast',
  ),
].flat();
