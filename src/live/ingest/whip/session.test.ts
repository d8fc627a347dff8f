/** A session with a peer of the test: who keeps a seat, and who does not. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { videoOffer as offer } from '../../../../test/support/whip-offer.ts';
import type { PeerListener } from './peer.ts';
import { readOffer } from './sdp/offer.ts';
import { WhipSession } from './session.ts';

/** Resolves with how a session ends to which the same packet comes again and again. */
async function endOf(t: TestContext, packet: () => Buffer): Promise<string> {
  const read = readOffer(offer);
  assert.ok('offer' in read);
  const ended = Promise.withResolvers<Error | undefined>();
  let listener: PeerListener | undefined;
  const session = new WhipSession({
    offer: read.offer,
    open: (given) => {
      listener = given;
      return { answer: async (text) => text, addCandidate: () => {}, send: () => {}, close: () => {} };
    },
    onMedia: () => assert.fail('media came'),
    onEnd: ended.resolve,
    timing: { connect: 200, silence: 60_000 },
  });
  t.after(() => session.end());
  await session.answer();
  const timer = setInterval(() => listener?.onPacket(packet(), '0'), 5);
  t.after(() => clearInterval(timer));
  return String(await ended.promise);
}

/** A sender's report, and nothing else. */
function report(): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16BE(0x80c8, 0);
  bytes.writeUInt16BE(6, 2);
  return bytes;
}

let sequence = 0;

/** A packet of VP8 in the middle of a picture that never began. */
function middle(): Buffer {
  const bytes = Buffer.alloc(20, 1);
  bytes.writeUInt16BE(0x8060, 0);
  bytes.writeUInt16BE(++sequence & 0xffff, 2);
  bytes[12] = 0;
  return bytes;
}

test('reports alone keep no seat, and neither do packets that are no pictures', {
  timeout: 30_000,
}, async (t) => {
  for (const packet of [report, middle])
    assert.match(
      await endOf(t, packet),
      /packets have come within 0 s, and no picture or sound that can be read/,
    );
});

/** A whole picture of VP8 that stands by itself. */
function keyframe(): Buffer {
  const bytes = Buffer.from('80e000010000000000000001105002009d012a80026801aabbcc', 'hex');
  bytes.writeUInt16BE(++sequence & 0xffff, 2);
  return bytes;
}

test('while this process stood still no sender was silent; one that is silent behind that is lost', {
  timeout: 30_000,
}, async (t) => {
  const read = readOffer(offer);
  assert.ok('offer' in read);
  let now = 1000;
  let beats = 0;
  let listener: PeerListener | undefined;
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Error | undefined>();
  let isOver = false;
  const session = new WhipSession({
    offer: read.offer,
    open: (given) => {
      listener = given;
      return { answer: async (text) => text, addCandidate: () => {}, send: () => {}, close: () => {} };
    },
    onMedia: () => begun.resolve(),
    onEnd: (error) => {
      isOver = true;
      ended.resolve(error);
    },
    timing: { silence: 2000 },
    // Each look takes a tenth of a second, beside what is added by hand.
    clock: () => {
      beats += 1;
      now += 100;
      return now;
    },
  });
  t.after(() => session.end());
  await session.answer();
  listener?.onPacket(keyframe(), '0');
  await begun.promise;
  now += 60_000;
  for (const looks = beats; !isOver && beats < looks + 4; ) await setTimeout(5);
  assert.equal(isOver, false);
  assert.match(String(await ended.promise), /nothing has come from the sender for 2 s/);
});
