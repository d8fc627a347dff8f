import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { decodeHandshake, encodeHandshake } from './handshake.ts';
import { decodeCapabilities, decodeText, encodeCapabilities, encodeText } from './handshake-extensions.ts';
import { decodeDrop, decodeLossReport, encodeLossReport } from './loss-report.ts';
import { decodePacket, encodeControl } from './packet.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });
const half = fc.integer({ min: 0, max: 0xffff });
const sequence = fc.integer({ min: 0, max: 0x7fffffff });
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

const plain = { noNullPrototype: true } as const;

test('a control packet comes back as it was written', () => {
  const type = fc.integer({ min: 0, max: 0x7fff });
  fc.assert(
    fc.property(type, half, word, word, bytes(20), (type, subtype, info, destination, content) => {
      const packet = decodePacket(
        encodeControl({ type, subtype, info, time: 2 ** 40, destination, content }),
      );
      assert.deepEqual(packet, { kind: 'control', type, subtype, info, destination, content });
    }),
  );
});

test('a data packet is read field by field', () => {
  const rows = [
    ['00000007 e0000001 00000000 0000002a 01', 7, 'none', false],
    ['7fffffff c8000001 00000000 0000002a 01', 0x7fffffff, 'even', false],
    ['00000000 f4000001 00000000 0000002a 01', 0, 'odd', true],
  ] as const;
  for (const [hex, sequence, key, isSentAgain] of rows) {
    const payload = Buffer.from([1]);
    const expected = { kind: 'data', sequence, key, isSentAgain, destination: 42, payload };
    assert.deepEqual(decodePacket(Buffer.from(hex.replaceAll(' ', ''), 'hex')), expected);
  }
  assert.equal(decodePacket(Buffer.alloc(15)), undefined);
});

test('a handshake comes back as it was written, with its extensions', () => {
  const extension = fc.record(
    {
      type: half,
      content: fc.integer({ min: 0, max: 9 }).chain((words) => bytes(words * 4)),
    },
    plain,
  );
  const handshake = fc.record(
    {
      version: fc.constant(5),
      encryption: half,
      extensionField: half,
      initialSequence: sequence,
      maximumSegment: word,
      flowWindow: word,
      type: word,
      socket: word,
      cookie: word,
      peerAddress: bytes(16),
      extensions: fc.array(extension, { maxLength: 5 }),
    },
    plain,
  );
  fc.assert(fc.property(handshake, (made) => assert.deepEqual(decodeHandshake(encodeHandshake(made)), made)));
});

test('a handshake whose extensions are cut is none, and version 4 has no extensions', () => {
  const made = {
    version: 5,
    encryption: 0,
    extensionField: 1,
    initialSequence: 1,
    maximumSegment: 1500,
    flowWindow: 8192,
    type: 1,
    socket: 1,
    cookie: 1,
    peerAddress: Buffer.alloc(16),
    extensions: [{ type: 1, content: Buffer.alloc(12) }],
  };
  const encoded = encodeHandshake(made);
  for (let length = 0; length < encoded.length; length++)
    assert.equal(decodeHandshake(encoded.subarray(0, length)) === undefined, length !== 48, `${length}`);
  assert.deepEqual(decodeHandshake(encodeHandshake({ ...made, version: 4 }))?.extensions, []);
});

test('noise is a packet or none, and a handshake or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const packet = decodePacket(Buffer.from(noise));
      if (packet?.kind !== 'control') return;
      decodeHandshake(packet.content);
      decodeCapabilities(packet.content);
      decodeText(packet.content);
      decodeDrop(packet.content);
      decodeLossReport(packet.content);
    }),
  );
});

test('texts stand backwards in their words', () => {
  assert.equal(encodeText('abcde').toString('latin1'), 'dcba\0\0\0e');
  assert.equal(decodeText(Buffer.alloc(516)), undefined);
  assert.equal(decodeText(Buffer.alloc(3)), undefined);
  assert.equal(decodeText(encodeText('x'.repeat(512))), 'x'.repeat(512));
  const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !text.includes('\0'));
  fc.assert(fc.property(text, (text) => assert.equal(decodeText(encodeText(text)), text)));
});

test('capabilities come back as they were written', () => {
  const capabilities = fc.record(
    { version: word, flags: word, receiveLatency: half, sendLatency: half },
    plain,
  );
  fc.assert(
    fc.property(capabilities, (made) => assert.deepEqual(decodeCapabilities(encodeCapabilities(made)), made)),
  );
  assert.equal(decodeCapabilities(Buffer.alloc(11)), undefined);
});

test('loss reports name single packets and ranges', () => {
  const report = encodeLossReport([
    { first: 5, last: 5 },
    { first: 7, last: 9 },
  ]);
  assert.equal(report.toString('hex'), '000000058000000700000009');
  assert.equal(decodeLossReport(report.subarray(0, 8)), undefined);
  const ranges = fc.array(fc.record({ first: sequence, last: sequence }, plain), { maxLength: 20 });
  fc.assert(fc.property(ranges, (made) => assert.deepEqual(decodeLossReport(encodeLossReport(made)), made)));
});
