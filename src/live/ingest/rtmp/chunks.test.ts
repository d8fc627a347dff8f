import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from '../../../../test/support/properties.ts';
import { ChunkSender, inPieces, type SentMessage } from '../../../../test/support/rtmp.ts';
import { FormatError } from '../../../errors.ts';
import { ChunkReader } from './chunk-reader.ts';
import { writeMessage } from './chunk-writer.ts';
import { messageTypes, type RtmpMessage } from './messages.ts';

const limits = { message: 100_000, held: 200_000 };
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const read = (pieces: readonly Buffer[], reader = new ChunkReader(limits)): RtmpMessage[] =>
  pieces.flatMap((piece) => [...reader.push(piece)]);
const plain = ({ type, stream, timestamp, payload }: RtmpMessage) => ({
  ...{ type, stream, timestamp },
  payload: payload.toString('hex'),
});

const message = fc.record({
  chunkStream: fc.constantFrom(3, 4, 63, 64, 319, 320, 65_599),
  type: fc.constantFrom(messageTypes.audio, messageTypes.video, messageTypes.data),
  stream: fc.constantFrom(0, 1, 0x01020304),
  // Equal and growing ones, so that heads leave out much; and those that need 32 bits.
  timestamp: fc.constantFrom(0, 20, 40, 60, 0xfffffe, 0xffffff, 0x1000000, 0xfffffff0),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

test('Messages of several chunk streams, in chunks of any size that come in any pieces, are read as they were', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 12 }),
      fc.integer({ min: 1, max: 400 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (messages, size, cuts) => {
        const sender = new ChunkSender();
        const bytes = Buffer.concat([sender.setChunkSize(size), ...messages.map((one) => sender.bytes(one))]);
        assert.deepEqual(read(inPieces(bytes, cuts)).map(plain), messages.map(plain));
      },
    ),
  );
});

test('Chunks of two messages come in turns', () => {
  const sender = new ChunkSender();
  const make = (chunkStream: number, fill: number): SentMessage => ({
    ...{ chunkStream, type: messageTypes.video, stream: 1, timestamp: 5 },
    payload: Buffer.alloc(300, fill),
  });
  const [one, other] = [make(4, 1), make(6, 2)];
  const [ones, others] = [sender.chunks(one), sender.chunks(other)];
  const turns = ones.flatMap((chunk, index) => [chunk, others[index] ?? Buffer.alloc(0)]);
  assert.deepEqual(read(turns).map(plain), [one, other].map(plain));
});

test('A message that is aborted never comes, and the next one does', () => {
  const sender = new ChunkSender();
  const video = { chunkStream: 6, type: messageTypes.video, stream: 1, timestamp: 0 };
  const [begun = Buffer.alloc(0)] = sender.chunks({ ...video, payload: Buffer.alloc(300) });
  const abort = {
    chunkStream: 2,
    type: messageTypes.abort,
    stream: 0,
    timestamp: 0,
    payload: hex('00000006'),
  };
  const next = { ...video, timestamp: 40, payload: Buffer.from('next') };
  const reader = new ChunkReader(limits);
  const found = read([begun, sender.bytes(abort), sender.bytes(next, true)], reader);
  assert.deepEqual(found.map(plain), [plain(next)]);
  assert.equal(reader.held, 0);
});

test('What is none, and what is more than the limits', () => {
  const begin = (id: number, length: string) =>
    hex(`${(id | 0).toString(16).padStart(2, '0')} 000000 ${length} 09 01000000`);
  const body = Buffer.alloc(128);
  for (const [what, bytes] of [
    ['a head that leaves out what nothing was said of', hex('44 000000 000001 09 aa')],
    ['a message that is too long', begin(4, 'ffffff')],
    ['a chunk size of nothing', hex('02 000000 000004 01 00000000 00000000')],
    ['a chunk size of 32 bits', hex('02 000000 000004 01 00000000 80000000')],
    ['a control message that is too short', hex('02 000000 000001 01 00000000 00')],
    ['a message within a message', Buffer.concat([begin(4, '000100'), body, begin(4, '000100')])],
    [
      'too many that have begun',
      Buffer.concat(
        Array.from({ length: 33 }, (_, index) => Buffer.concat([begin(3 + index, '000100'), body])),
      ),
    ],
  ] as const)
    assert.throws(() => read([bytes]), FormatError, what);
  const tight = new ChunkReader({ message: 1000, held: 300 });
  const three = Buffer.concat([3, 4, 5].flatMap((id) => [begin(id, '000100'), body]));
  assert.throws(() => read([three], tight), /more than 300 bytes/);
});

test('What we write is read as it was', () => {
  fc.assert(
    fc.property(message, fc.integer({ min: 1, max: 5000 }), (one, size) => {
      const setSize = writeMessage(
        { type: 1, stream: 0, timestamp: 0, payload: Buffer.from([0, 0, size >> 8, size & 0xff]) },
        128,
      );
      assert.deepEqual(read([setSize, writeMessage(one, size)]).map(plain), [plain(one)]);
    }),
  );
});

test('A message in chunks of one byte costs about as much memory as it has bytes', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const reader = new ChunkReader(limits);
  const bytes = [
    hex('02 000000 000004 01 00000000 00000001'),
    hex('04 000000 00fa00 09 01000000 aa'),
    Buffer.alloc(126_000, hex('c4aa')),
  ];
  collect();
  const before = process.memoryUsage().heapUsed;
  assert.deepEqual(read(bytes, reader), []);
  collect();
  assert.equal(reader.held, 63_001);
  assert.ok(process.memoryUsage().heapUsed - before < 1_000_000);
});

test('What is just within the limits is taken', () => {
  const begin = (id: number, length: string) =>
    hex(`${id.toString(16).padStart(2, '0')} 000000 ${length} 09 01000000`);
  const body = Buffer.alloc(128);
  const streams = Array.from({ length: 32 }, (_, index) => Buffer.concat([begin(3 + index, '000081'), body]));
  const ends = Array.from({ length: 32 }, (_, index) => hex(`${(0xc0 | (3 + index)).toString(16)} ee`));
  assert.equal(read([...streams, ...ends]).length, 32);
  const tight = new ChunkReader({ message: 256, held: 256 });
  assert.deepEqual(read([begin(4, '000100'), body], tight), []);
  assert.equal(tight.held, 128);
  assert.deepEqual(read([hex('c4'), body.subarray(1)], tight), []);
  assert.equal(read([hex('00')], tight)[0]?.payload.length, 256);
  assert.equal(tight.held, 0);
  assert.throws(() => read([begin(4, '000101')], tight), /a message of 257 bytes, where 256 are the most/);
  const wider = new ChunkReader({ message: 256, held: 256 });
  wider.limit({ message: 257, held: 257 });
  assert.equal(read([begin(4, '000101'), body, hex('c4'), body, hex('c4 00')], wider).length, 1);
  const large = read([hex('02 000000 000004 01 00000000 7fffffff'), begin(4, '000200'), Buffer.alloc(512)]);
  assert.equal(large[0]?.payload.length, 512);
});

const ofOneByte = hex('02 000000 000004 01 00000000 00000001');

test('A part of a head counts as held, and so do the bytes of all messages that have begun', () => {
  const reader = new ChunkReader(limits);
  assert.deepEqual(read([ofOneByte, hex('04 000000 0000')], reader), []);
  assert.equal(reader.held, 6);
  read([hex('05 09 01000000 aa'), hex('06 000000 000009 09 01000000 bb c4 aa c6 bb 84 00')], reader);
  assert.equal(reader.held, 4 + 2);
});

test('An abort of nothing is nothing, and what has no whole number aborts nothing', () => {
  const begun = hex('06 000000 000002 09 01000000 aa');
  const aborts = (id: number) => hex(`02 000000 000004 02 00000000 00 c2 00 c2 00 c2 0${id}`);
  assert.equal(read([ofOneByte, begun, aborts(7), hex('c6 bb')]).length, 1);
  const reader = new ChunkReader(limits);
  assert.deepEqual(read([ofOneByte, begun, aborts(6)], reader), []);
  assert.equal(reader.held, 0);
  // The time of the message behind it is that of a new one.
  assert.deepEqual(read([hex('86 000005 bb c6 cc')], reader).map(plain), [
    { type: 9, stream: 1, timestamp: 5, payload: 'bbcc' },
  ]);
  assert.throws(() => read([hex('02 000000 000003 02 00000000 000006')]), /control message of 3 bytes/);
});

test('What a message is said to have costs nothing before it comes', () => {
  const announced = hex('04 000000 7a1200 09 01000000 aa');
  const most = { message: 8_000_000, held: 8_000_000 };
  const before = process.memoryUsage().arrayBuffers;
  const readers = Array.from({ length: 100 }, () => {
    const reader = new ChunkReader(most);
    assert.deepEqual(read([announced, Buffer.alloc(10)], reader), []);
    return reader;
  });
  assert.ok(process.memoryUsage().arrayBuffers - before < 100_000_000);
  assert.ok(readers.every(({ held }) => held === 11));
});
