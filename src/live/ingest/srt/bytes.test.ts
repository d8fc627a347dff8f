/** SRT as it stands on the wire, written out: a codec that is wrong both ways agrees with itself. */
import assert from 'node:assert/strict';
import { createCipheriv, pbkdf2Sync } from 'node:crypto';
import { test } from 'node:test';
import { decodeHandshake, encodeHandshake, handshakeType, hasExtension, magic } from './handshake.ts';
import { capability, encodeCapabilities } from './handshake-extensions.ts';
import { decodeKeyMessage, encodeKeyMessage } from './key-message.ts';
import { decodeDrop, decodeLossReport } from './loss-report.ts';
import { control, decodePacket, encodeControl, extension } from './packet.ts';
import { decryptPayload, openKeys, wrapKeys } from './payload-keys.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('control packets and extensions have the numbers of the draft', () => {
  assert.deepEqual(control, {
    ...{ handshake: 0, keepAlive: 1, acknowledge: 2, lossReport: 3, shutdown: 5, acknowledgeAgain: 6 },
    ...{ drop: 7, extended: 0x7fff },
  });
  assert.deepEqual(extension, {
    ...{ request: 1, response: 2, keyRequest: 3, keyResponse: 4, streamId: 5, congestionControl: 6 },
    ...{ filter: 7, group: 8 },
  });
  assert.deepEqual([handshakeType.induction, handshakeType.conclusion, magic], [1, 0xffffffff, 0x4a17]);
  assert.deepEqual(hasExtension, { request: 1, keys: 2, settings: 4 });
  assert.deepEqual(Object.values(capability), [1, 2, 4, 8, 16, 32, 64]);
});

test('a control packet: kind, what it is about, 32 bits of the time, whom it is for', () => {
  const packet = { type: 0x7fff, subtype: 4, info: 0xfffffffe, time: 2 ** 32 + 7.9, destination: 0xdeadbeef };
  assert.equal(
    encodeControl({ ...packet, content: hex('aabb') }).toString('hex'),
    'ffff0004 fffffffe 00000007 deadbeef aabb'.replaceAll(' ', ''),
  );
  assert.equal(
    encodeControl({ type: 2, time: 2 ** 31 + 5, destination: 1 }).toString('hex'),
    '80020000 00000000 80000005 00000001'.replaceAll(' ', ''),
  );
  const shortest = decodePacket(hex('80050000 00000000 00000000 00000009'));
  assert.deepEqual(shortest, {
    ...{ kind: 'control', type: 5, subtype: 0, info: 0, destination: 9, content: Buffer.alloc(0) },
  });
  const data = decodePacket(hex('7fffffff 18000000 00000000 00000009 aa'));
  assert.deepEqual(data?.kind === 'data' && [data.key, data.isSentAgain], ['both', false]);
});

test('a handshake, word by word', () => {
  const handshake = {
    ...{ version: 5, encryption: 3, extensionField: 0x4a17, initialSequence: 0x01020304 },
    ...{ maximumSegment: 1500, flowWindow: 8192, type: 0xffffffff, socket: 0xa1a2a3a4, cookie: 0xb1b2b3b4 },
    peerAddress: hex('0100007f 00000000 00000000 00000000'),
    extensions: [{ type: 5, content: hex('44434241 00000045') }],
  };
  const bytes = hex(
    '00000005 0003 4a17 01020304 000005dc 00002000 ffffffff a1a2a3a4 b1b2b3b4 0100007f 00000000 00000000 00000000 0005 0002 44434241 00000045',
  );
  assert.deepEqual(encodeHandshake(handshake), bytes);
  assert.deepEqual(decodeHandshake(bytes), handshake);
  // Of the first number 31 bits count.
  bytes[8] = 0x81;
  assert.equal(decodeHandshake(bytes)?.initialSequence, 0x01020304);
  assert.equal(decodeHandshake(bytes.subarray(0, 47)), undefined);
  assert.equal(
    encodeCapabilities({ version: 0x010500, flags: 0xbf, receiveLatency: 120, sendLatency: 0 }).toString(
      'hex',
    ),
    '00010500000000bf00780000',
  );
});

test('a message of keys, byte by byte', () => {
  const message = {
    keys: 'both',
    cipher: 2,
    salt: Buffer.alloc(16, 5),
    keyLength: 24,
    wrapped: Buffer.alloc(56, 7),
  } as const;
  const bytes = hex(`12202903 00000000 02 00 02 00 0000 04 06 ${'05'.repeat(16)} ${'07'.repeat(56)}`);
  assert.deepEqual(encodeKeyMessage(message), bytes);
  assert.deepEqual(decodeKeyMessage(bytes), message);
  for (const [keys, bits] of [
    ['even', 1],
    ['odd', 2],
  ] as const) {
    const one = encodeKeyMessage({ ...message, keys, wrapped: Buffer.alloc(32) });
    assert.equal(one[3], bits);
    assert.equal(decodeKeyMessage(one)?.keys, keys);
    // What else stands in that byte is of nobody's concern.
    one[3] = 0xf0 | bits;
    assert.equal(decodeKeyMessage(one)?.keys, keys);
  }
  for (const length of [31, 32, 87, 89]) {
    const other = Buffer.alloc(length);
    bytes.copy(other);
    assert.equal(decodeKeyMessage(other), undefined, `${length} bytes`);
  }
});

test('keys are wrapped as RFC 3394 and section 6.1.4 have it, and payloads counted as section 6.2.2 has it', async () => {
  const [passphrase, salt] = ['a long passphrase', hex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')];
  const key = hex('000102030405060708090a0b0c0d0e0f');
  const outer = pbkdf2Sync(passphrase, hex('f8f9fafbfcfdfeff'), 2048, 16, 'sha1');
  const closer = createCipheriv('id-aes128-wrap', outer, hex('a6a6a6a6a6a6a6a6'));
  const wrapped = Buffer.concat([closer.update(key), closer.final()]);
  assert.deepEqual(await wrapKeys(key, salt, passphrase, 16), wrapped);
  const opened = await openKeys({ keys: 'odd', cipher: 2, salt, keyLength: 16, wrapped }, passphrase);
  assert.deepEqual(opened, { odd: { key, salt } });
  const clear = Buffer.from('media of more than one block of sixteen bytes');
  const sealing = createCipheriv('aes-128-ctr', key, hex('f0f1f2f3f4f5f6f7f8f9 e8cfaa85 0000'));
  assert.deepEqual(decryptPayload(opened ?? {}, 'odd', 0x12345678, sealing.update(clear)), clear);
});

test('what was lost and dropped is named by 31 bits', () => {
  assert.deepEqual(decodeLossReport(hex('80000005 ffffffff 00000009')), [
    { first: 5, last: 0x7fffffff },
    { first: 9, last: 9 },
  ]);
  assert.deepEqual(decodeLossReport(hex('00000005 000000')), [{ first: 5, last: 5 }]);
  assert.equal(decodeLossReport(hex('80000005 000000')), undefined);
  assert.deepEqual(decodeDrop(hex('80000005 ffffffff 0000')), { first: 5, last: 0x7fffffff });
  assert.equal(decodeDrop(hex('00000005 000000')), undefined);
});
