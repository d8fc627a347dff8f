import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { KafkaError } from '../contract.ts';
import { encodeBatch } from './batch-encode.ts';
import { decodeFetch, encodeFetch } from './fetch.ts';
import { WireReader, WireWriter } from './primitives.ts';
import { decodeProduce, encodeProduce } from './produce.ts';

const topicId = '0123456789abcdef0123456789abcdef';

function produceAnswer(): Buffer {
  const writer = new WireWriter().noTags().uvarint(2).compactString('topic').uvarint(3);
  writer.int32(0).int16(0).int64(4711).int64(-1).int64(0).uvarint(1).uvarint(0).noTags();
  writer.int32(1).int16(87).int64(-1).int64(-1).int64(0);
  writer.uvarint(2).int32(0).compactString('the record is bad').noTags().uvarint(0).noTags();
  return writer.noTags().int32(250).noTags().cut();
}

function fetchAnswer(records: Uint8Array): Buffer {
  const writer = new WireWriter().noTags().int32(12).int16(0).int32(0).uvarint(2).uuid(topicId).uvarint(2);
  writer
    .int32(3)
    .int16(0)
    .int64(90)
    .int64(90)
    .int64(7)
    .uvarint(0)
    .int32(-1)
    .uvarint(records.byteLength + 1);
  const head = writer.cut();
  return Buffer.concat([head, records, writer.noTags().noTags().noTags().cut()]);
}

test('Numbers and strings are read as they were written', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.maxSafeInteger(),
      fc.nat(2 ** 31 - 1),
      fc.string(),
      fc.uuid(),
      (int32, int64, size, text, uuid) => {
        const written = new WireWriter()
          .int32(int32)
          .int64(int64)
          .uvarint(size)
          .compactString(text)
          .uuid(uuid)
          .cut();
        const reader = new WireReader(written);
        assert.equal(reader.int32(), int32);
        assert.equal(reader.int64(), int64);
        assert.equal(reader.uvarint(), size);
        assert.equal(reader.compactString(), text);
        assert.equal(reader.uuid(), uuid);
        assert.equal(reader.at, written.byteLength);
      },
    ),
  );
});

test('A Produce request holds its batches as they are, topic by topic', () => {
  const encoded = encodeBatch([{ value: Buffer.alloc(5000, 7) }], 0, {
    producerId: 1n,
    epoch: 0,
    sequence: 0,
  });
  const entries = [
    { topic: 'a', topicId, partition: 0, encoded },
    { topic: 'b', topicId, partition: 2, encoded },
    { topic: 'a', topicId, partition: 1, encoded },
  ];
  const pieces = encodeProduce(entries, 1500, 12);
  for (const piece of encoded.pieces) assert.equal(pieces.filter((other) => other === piece).length, 3);
  const reader = new WireReader(Buffer.concat(pieces));
  assert.deepEqual([reader.uvarint(), reader.int16(), reader.int32()], [0, -1, 1500]);
  const found: string[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    const topic = reader.compactString();
    for (let partitions = reader.arrayLength(); partitions > 0; partitions -= 1) {
      const partition = reader.int32();
      const [start, end] = reader.span();
      found.push(`${topic}-${partition}: ${end - start}`);
      reader.skipTags();
    }
    reader.skipTags();
  }
  reader.skipTags();
  assert.deepEqual(found, [`a-0: ${encoded.size}`, `a-1: ${encoded.size}`, `b-2: ${encoded.size}`]);
  assert.equal(reader.at, reader.bytes.byteLength);
});

test('The answer to Produce tells each partition its own', () => {
  assert.deepEqual(decodeProduce(produceAnswer(), 12), {
    throttleMs: 250,
    results: [
      { topic: 'topic', partition: 0, errorCode: 0, baseOffset: 4711, errorMessage: null },
      { topic: 'topic', partition: 1, errorCode: 87, baseOffset: -1, errorMessage: 'the record is bad' },
    ],
  });
});

test('An answer of which something is left over has been read in the wrong places', () => {
  const answer = produceAnswer();
  // No topics at all: the first bytes of the first one would be the time for which to be quiet, weeks.
  const spoiled = Buffer.from(answer);
  spoiled[1] = 1;
  assert.throws(() => decodeProduce(spoiled, 12), { kind: 'corrupt' });
  assert.throws(() => decodeProduce(Buffer.concat([answer, Buffer.of(0)]), 12), { kind: 'corrupt' });
  const fetched = Buffer.concat([fetchAnswer(Buffer.from('records')), Buffer.of(0)]);
  assert.throws(() => decodeFetch(fetched), { kind: 'corrupt' });
});

test('The replica id stands in Fetch requests up to version 14 alone', () => {
  const entries = [{ partition: 3, leaderEpoch: 5, lastFetchedEpoch: -1, offset: 99 }];
  const request = { topicId, entries, maxWait: 500, maxBytes: 1000, partitionMaxBytes: 500, rack: 'r1' };
  const [old, recent] = [encodeFetch(request, 14), encodeFetch(request, 15)].map((pieces) =>
    Buffer.concat(pieces),
  );
  assert.equal(old!.readInt32BE(0), -1);
  assert.deepEqual(old!.subarray(4), recent);
});

test('Who asks for the same as before by a session names no topic', () => {
  const request = { topicId, entries: [], maxWait: 500, maxBytes: 1000, partitionMaxBytes: 500, rack: '' };
  const bytes = Buffer.concat(encodeFetch({ ...request, session: { id: 7, epoch: 3 } }, 17));
  // How long, how much at least and at most, which isolation; session and epoch; no topics, none to be forgotten, no rack, tags.
  assert.deepEqual([bytes.readInt32BE(13), bytes.readInt32BE(17)], [7, 3]);
  assert.deepEqual([...bytes.subarray(21)], [1, 1, 1, 0]);
});

test('The answer to Fetch leaves the records where they are', () => {
  const records = Buffer.from('record batches');
  const answer = fetchAnswer(records);
  const { partitions, throttleMs } = decodeFetch(answer);
  assert.equal(throttleMs, 12);
  const [found] = partitions;
  assert.deepEqual(answer.subarray(found!.start, found!.end), records);
  assert.deepEqual([found!.partition, found!.highWatermark, found!.logStartOffset], [3, 90, 7]);
});

test('Malformed answers are refused, whatever they are', () => {
  const answers: [Buffer, (bytes: Buffer) => unknown][] = [
    [produceAnswer(), (bytes) => decodeProduce(bytes, 12)],
    [fetchAnswer(Buffer.from('records')), decodeFetch],
  ];
  for (const [answer, decode] of answers) {
    const change = fc.tuple(fc.nat(answer.byteLength - 1), fc.nat(255));
    const spoiled = fc.tuple(fc.array(change, { maxLength: 8 }), fc.nat(answer.byteLength));
    fc.assert(
      fc.property(spoiled, ([changes, length]) => {
        const bytes = Buffer.from(answer.subarray(0, length));
        for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
        try {
          decode(bytes);
        } catch (error) {
          assert.ok(error instanceof KafkaError && error.kind === 'corrupt', `${error}`);
        }
      }),
      { numRuns: 3000 },
    );
  }
});

test('An answer to Fetch may say that the log was cut', () => {
  const whole = fetchAnswer(Buffer.alloc(0));
  assert.equal(decodeFetch(whole).partitions[0]?.divergence, undefined);
  // In the place of the partition's tags: another one, and the diverging epoch.
  const tags = new WireWriter().uvarint(2).uvarint(1).uvarint(2).int16(7);
  tags.uvarint(0).uvarint(13).int32(4).int64(17).noTags();
  const head = whole.subarray(0, whole.byteLength - 3);
  const cut = Buffer.concat([head, tags.cut(), Buffer.alloc(2)]);
  assert.deepEqual(decodeFetch(cut).partitions[0]?.divergence, { epoch: 4, end: 17 });
});
