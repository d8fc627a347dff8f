/** What callers ask for, what they are answered byte by byte, and for which reason not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Caller } from '../contract.ts';
import { admit, refused } from './admit.ts';
import { acceptanceAnswer, inductionAnswer, refusalAnswer } from './answers.ts';
import { examine } from './examine.ts';
import { decodeHandshake, type Handshake, type HandshakeExtension } from './handshake.ts';
import { encodeCapabilities, encodeText } from './handshake-extensions.ts';
import { encodeKeyMessage, type KeyMessage } from './key-message.ts';
import { extension } from './packet.ts';
import { wrapKeys } from './payload-keys.ts';
import { type Reason, reason, reasonOf, reasonWords } from './reasons.ts';

const capabilities = { version: 0x010500, flags: 0x3f, receiveLatency: 120, sendLatency: 250 };
const request = (more: Partial<typeof capabilities> = {}): HandshakeExtension => ({
  type: extension.request,
  content: encodeCapabilities({ ...capabilities, ...more }),
});
const streamId = (text: string): HandshakeExtension => ({
  type: extension.streamId,
  content: encodeText(text),
});
const keyMessage = (more: Partial<KeyMessage> = {}): Buffer =>
  encodeKeyMessage({
    ...{ keys: 'even', cipher: 2, salt: Buffer.alloc(16, 9), keyLength: 16, wrapped: Buffer.alloc(24) },
    ...more,
  });
const keys = (content: Buffer): HandshakeExtension => ({ type: extension.keyRequest, content });
const good = [request(), streamId('cam?key=K')];

function asked(extensions: readonly HandshakeExtension[] = good, more: Partial<Handshake> = {}): Handshake {
  return {
    ...{ version: 5, encryption: 2, extensionField: 5, initialSequence: 1000, maximumSegment: 1500 },
    ...{ flowWindow: 8192, type: 0xffffffff, socket: 77, cookie: 4711, peerAddress: Buffer.alloc(16, 3) },
    ...{ extensions, ...more },
  };
}

test('an application has the stream and its key, what the sender can, and its keys as they came', () => {
  const wanted = { stream: 'cam', key: 'K', wantsToPublish: true };
  assert.deepEqual(examine(asked(), false), { wanted, peer: capabilities });
  const content = keyMessage();
  assert.deepEqual(examine(asked([...good, keys(content)]), true), {
    ...{ wanted, peer: capabilities },
    keys: {
      content,
      message: {
        keys: 'even',
        cipher: 2,
        salt: Buffer.alloc(16, 9),
        keyLength: 16,
        wrapped: Buffer.alloc(24),
      },
    },
  });
  const live = { type: extension.congestionControl, content: encodeText('live') };
  assert.ok(typeof examine(asked([...good, live]), false) === 'object');
  assert.ok(typeof examine(asked([request({ version: 0x010300 }), good[1]!]), false) === 'object');
  for (const maximumSegment of [76, 65_535])
    assert.ok(typeof examine(asked(good, { maximumSegment }), false) === 'object', `${maximumSegment}`);
});

test('what cannot be had has its reason, the first that counts', () => {
  const rows: readonly (readonly [string, Handshake, Reason, boolean?])[] = [
    ['an old handshake', asked(good, { version: 4 }), 8],
    ['no capabilities', asked([good[1]!]), 4],
    ['capabilities cut off', asked([{ ...request(), content: Buffer.alloc(8) }, good[1]!]), 4],
    ['datagrams too small', asked(good, { maximumSegment: 75 }), 4],
    ['datagrams too large', asked(good, { maximumSegment: 65_536 }), 4],
    ['an old library', asked([request({ version: 0x0102ff }), good[1]!]), 8],
    ['messages', asked([request({ flags: 0x7f }), good[1]!]), 12],
    ['for files', asked([...good, { type: extension.congestionControl, content: encodeText('file') }]), 13],
    ['a filter', asked([...good, { type: extension.filter, content: encodeText('fec') }]), 14],
    ['a group', asked([...good, { type: extension.group, content: Buffer.alloc(8) }]), 15],
    ['keys where we have none', asked([...good, keys(keyMessage())]), 11],
    ['no keys where we have some', asked(), 11, true],
    ['keys that are none', asked([...good, keys(Buffer.alloc(80))]), 4, true],
    ['another cipher', asked([...good, keys(keyMessage({ cipher: 4 }))]), 17, true],
    ['no stream', asked([request()]), 1400],
    ['a stream id that is too long', asked([request(), streamId('x'.repeat(513))]), 1400],
    ['to watch', asked([request(), streamId('read:cam:K')]), 1405],
    ['no key', asked([request(), streamId('cam')]), 1401],
  ];
  for (const [what, handshake, why, hasPassphrase = false] of rows)
    assert.equal(examine(handshake, hasPassphrase), why, what);
});

test('each reason has words, and each refusal of the desk a reason', () => {
  for (const why of Object.values(reason)) assert.ok(reasonWords[why].length > 15, `${why}`);
  assert.equal(
    new Set(Object.values(reasonWords)).size,
    Object.values(reason).length - 1,
    'live mode has two',
  );
  for (const why of ['denied', 'busy', 'full', 'closing', 'invalid'] as const)
    assert.ok(Object.values(reason).includes(reasonOf(why)));
});

test('an induction is answered by what version 5 speaks, and by a cookie', () => {
  const induction = asked([], { version: 4, encryption: 0, extensionField: 2, type: 1, cookie: 0 });
  const { peerAddress: _, ...answer } = decodeHandshake(inductionAnswer(induction, 99, 32))!;
  assert.deepEqual(answer, {
    ...{ version: 5, encryption: 4, extensionField: 0x4a17, initialSequence: 1000, maximumSegment: 1500 },
    ...{ flowWindow: 8192, type: 1, socket: 77, cookie: 99, extensions: [] },
  });
  assert.equal(decodeHandshake(inductionAnswer(induction, 99, 0))?.encryption, 0);
});

test('a refusal is the conclusion again, with 1000 and the reason for its type', () => {
  const answer = decodeHandshake(refusalAnswer(asked(), reason.forbidden))!;
  assert.deepEqual(answer, asked([], { type: 2403, extensionField: 0 }));
});

test('an acceptance has our socket and window, what we can, and the keys of the sender', () => {
  const acceptance = { socket: 5, flowWindow: 100, latency: 400, peer: capabilities };
  const response = {
    type: extension.response,
    content: encodeCapabilities({ version: 0x010500, flags: 0x3f, receiveLatency: 400, sendLatency: 120 }),
  };
  const plain = decodeHandshake(
    acceptanceAnswer(asked(good, { maximumSegment: 9000, version: 6 }), acceptance),
  );
  assert.deepEqual(plain, asked([response], { extensionField: 1, flowWindow: 100, socket: 5 }));
  const content = keyMessage();
  const sealed = decodeHandshake(
    acceptanceAnswer(asked(good, { maximumSegment: 1400 }), { ...acceptance, keyMessage: content }),
  );
  assert.deepEqual(
    sealed,
    asked([response, { type: extension.keyResponse, content }], {
      ...{ extensionField: 3, flowWindow: 100, socket: 5, maximumSegment: 1400 },
    }),
  );
});

test('the passphrase comes first, then whoever is in the way, then the desk', async () => {
  const [passphrase, salt] = ['our passphrase', Buffer.alloc(16, 9)];
  const wrapped = await wrapKeys(Buffer.alloc(16, 1), salt, passphrase, 16);
  const application = examine(asked([...good, keys(keyMessage({ wrapped }))]), true);
  assert.ok(typeof application === 'object');
  const order: string[] = [];
  const caller: Caller = { protocol: 'srt', stream: 'cam', key: 'K', address: '10.0.0.1:5' };
  const seat = { signal: new AbortController().signal, send: async () => {}, leave: () => {} };
  let answer: Answer = { isAdmitted: true, seat };
  const doorkeeper = (passphrase?: string) => ({
    passphrase,
    makeWay: async (given: Caller) => {
      assert.deepEqual(given, caller);
      order.push('way');
    },
    desk: {
      ask: async (given: Caller) => {
        assert.deepEqual(given, caller);
        order.push('desk');
        return answer;
      },
    },
  });
  assert.deepEqual(
    await admit(application, '10.0.0.1:5', doorkeeper('another one')),
    refused(reason.badSecret),
  );
  assert.deepEqual(order, []);
  const inside = await admit(application, '10.0.0.1:5', doorkeeper(passphrase));
  assert.deepEqual(order, ['way', 'desk']);
  assert.ok(inside.isAdmitted && inside.seat === seat);
  assert.deepEqual(inside.encryption?.keys.even?.key, Buffer.alloc(16, 1));
  assert.equal(inside.encryption.passphrase, passphrase);
  const { keys: _, ...plain } = application;
  assert.deepEqual(await admit(plain, '10.0.0.1:5', doorkeeper()), { isAdmitted: true, seat });
  answer = { isAdmitted: false, why: 'busy', message: 'another one sends it' };
  assert.deepEqual(await admit(plain, '10.0.0.1:5', doorkeeper()), {
    ...{ isAdmitted: false, reason: reason.conflict, message: 'another one sends it', isTold: true },
  });
  assert.deepEqual(refused(reason.filter), {
    isAdmitted: false,
    reason: 14,
    message: 'the sender wants a packet filter, which is not there',
    isTold: false,
  });
});
