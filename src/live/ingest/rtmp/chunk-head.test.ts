/** Heads of chunks of each kind (RTMP, section 5.3.1), whole and in pieces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkReader } from './chunk-reader.ts';
import type { RtmpMessage } from './messages.ts';

const limits = { message: 100_000, held: 200_000 };
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const read = (pieces: readonly Buffer[], reader = new ChunkReader(limits)): RtmpMessage[] =>
  pieces.flatMap((piece) => [...reader.push(piece)]);
const ofOneByte = hex('02 000000 000004 01 00000000 00000001');

test('Of a long time a chunk without a head repeats it, or leaves it out, as some senders do', () => {
  const payload = Buffer.alloc(200, 0xab);
  const head = hex('04 ffffff 0000c8 09 01000000 01020304');
  const bytes = (again: string) =>
    Buffer.concat([head, payload.subarray(0, 128), hex(`c4 ${again}`), payload.subarray(128)]);
  for (const again of ['01020304', '']) {
    const [found] = read([bytes(again)]);
    assert.equal(found?.timestamp, 0x01020304);
    assert.deepEqual(found?.payload, payload, again);
  }
});

test('Where the pieces of a connection end is nothing to a sender that leaves a long time out', () => {
  const payload = Buffer.from(Array.from({ length: 300 }, (_, index) => index & 0xff));
  const next = hex('04 000000 000002 09 01000000 eeff');
  for (const again of ['01020304', '']) {
    const bytes = Buffer.concat([
      hex('04 ffffff 00012c 09 01000000 01020304'),
      ...[payload.subarray(0, 128), hex(`c4 ${again}`), payload.subarray(128, 256), hex(`c4 ${again}`)],
      ...[payload.subarray(256), next],
    ]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const found = read([bytes.subarray(0, cut), bytes.subarray(cut)]);
      assert.deepEqual(
        found.map((one) => [one.timestamp, one.payload.toString('hex')]),
        [
          [0x01020304, payload.toString('hex')],
          [0, 'eeff'],
        ],
        `cut at ${cut}`,
      );
    }
    assert.equal(read(Array.from(bytes, (byte) => Buffer.from([byte]))).length, 2);
  }
});

test('A chunk without a head after a whole one adds its time once more (5.3.1.2.4)', () => {
  const bytes = hex('04 0003e8 000001 08 01000000 aa c4 bb 84 000014 cc');
  assert.deepEqual(
    read([bytes]).map(({ timestamp, payload }) => [timestamp, payload[0]]),
    [
      [1000, 0xaa],
      [2000, 0xbb],
      [2020, 0xcc],
    ],
  );
});

test('Times go on over the end of their 32 bits, by each kind of head', () => {
  for (const [next, what] of [
    ['44 000020 000001 08 bb', 'with length and type'],
    ['84 000020 bb', 'with a time alone'],
  ] as const) {
    const found = read([hex('04 ffffff 000001 09 05000000 fffffff0 aa'), hex(next), hex('c4 cc')]);
    assert.deepEqual(
      found.map(({ timestamp, stream }) => [timestamp, stream]),
      [
        [0xfffffff0, 5],
        [0x10, 5],
        [0x30, 5],
      ],
      what,
    );
  }
  // Of a whole head the same again is added, over the end too.
  const again = read([hex('04 ffffff 000001 09 05000000 90000000 aa c4 90000000 bb c4 90000000 cc')]);
  assert.deepEqual(
    again.map(({ timestamp }) => timestamp),
    [0x90000000, 0x20000000, 0xb0000000],
  );
  // A short head may have a long time, too, and a message of it all the same length.
  const long = read([hex('04 000005 000001 09 05000000 aa 84 ffffff 01000000 bb c4 01000000 cc')]);
  assert.deepEqual(
    long.map(({ timestamp }) => timestamp),
    [5, 0x01000005, 0x02000005],
  );
});

test('A message of nothing is whole with its head, of whatever kind', () => {
  const reader = new ChunkReader(limits);
  const heads = [
    ['04 000001 000000 09 01000000', 1],
    ['44 000002 000000 08', 3],
    ['84 000003', 6],
    ['c4', 9],
    ['04 ffffff 000000 09 01000000 01000000', 0x1000000],
    ['84 ffffff 01000000', 0x2000000],
    ['c4 01000000', 0x3000000],
    ['003d ffffff 000000 09 01000000 00ffffff', 0xffffff],
    ['01ffff 000007 000000 09 01000000', 7],
    ['c1ffff', 14],
  ] as const;
  for (const [bytes, timestamp] of heads)
    assert.deepEqual(
      read([hex(bytes)], reader).map((one) => [one.timestamp, one.payload.length]),
      [[timestamp, 0]],
      bytes,
    );
  assert.equal(reader.held, 0);
});

test('A message begins within another one by no kind of head, and beside it by a number of its own', () => {
  const begun = hex('03 000000 000002 09 01000000 aa');
  for (const head of ['03 000000 000001 09 01000000', '43 000000 000001 09', '83 000000'])
    assert.throws(
      () => read([ofOneByte, begun, hex(head)]),
      /begins before the one before it has ended/,
      head,
    );
  // 64 and what follows: 125 is no 3, and is the same in three bytes as in two.
  const beside = hex('003d 000000 000002 08 01000000 bb 013d00');
  beside[beside.length - 3] = 0xc1;
  assert.deepEqual(
    read([ofOneByte, begun, beside, hex('cc c3 dd')]).map(({ payload }) => payload.toString('hex')),
    ['bbcc', 'aadd'],
  );
});

test('Chunk streams have numbers of one, two and three bytes', () => {
  for (const basic of ['02', '3f', '0000', '00ff', '010000', '01ffff']) {
    const begun = hex(`${basic} 000000 000002 09 01000000`);
    const sized = Buffer.concat([hex('02 000000 000004 01 00000000 00000001'), begun, hex('aa')]);
    const rest = hex(basic);
    rest[0] = rest[0]! | 0xc0;
    const [found] = read([sized, rest, hex('bb')]);
    assert.equal(found?.payload.toString('hex'), 'aabb', basic);
  }
});
