/** Secrets are compared in a time that does not tell how much of them was right: SECURITY.md. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { after, test } from 'node:test';

/** The comparisons that were made in constant time: their lengths, and whether they found no difference. */
const compared: { readonly length: number; readonly isEqual: boolean }[] = [];
const own = crypto.timingSafeEqual;
crypto.timingSafeEqual = (a, b) => {
  const isEqual = own(a, b);
  compared.push({ length: a.byteLength, isEqual });
  return isEqual;
};
syncBuiltinESMExports();
after(() => {
  crypto.timingSafeEqual = own;
  syncBuiltinESMExports();
});

// After that, so that they get the one that is watched.
const { makeToken, readToken } = await import('../../src/delivery/http/tokens.ts');
const { expectKey, keyDigest } = await import('../../src/live/publish/claim.ts');
const { verifyServer } = await import('../../src/kafka/sasl/scram-messages.ts');

/** The comparisons that some work makes. */
function comparisonsOf(work: () => void): readonly { readonly length: number; readonly isEqual: boolean }[] {
  compared.length = 0;
  work();
  return [...compared];
}

/** The text with one character changed. */
const changed = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

test('Tokens to watch: the whole signature is compared, wherever it is wrong', () => {
  const token = makeToken('a key of some length', 'cam', Date.now() + 60_000);
  const signature = token.lastIndexOf('.') + 1;
  for (const at of [signature, signature + 20, token.length - 2]) {
    const made = comparisonsOf(() =>
      assert.equal(readToken('a key of some length', changed(token, at)), undefined),
    );
    assert.deepEqual(made, [{ length: 43, isEqual: false }]);
  }
  assert.deepEqual(
    comparisonsOf(() => assert.ok(readToken('a key of some length', token))),
    [{ length: 43, isEqual: true }],
  );
});

test('Keys of streams, and the proof of a broker that it knows the password', () => {
  const claim = { stream: 'cam', key: keyDigest('the key') } as Parameters<typeof expectKey>[0];
  const wrong = comparisonsOf(() =>
    assert.throws(() => expectKey(claim, 'another'), /is not that of stream/),
  );
  assert.deepEqual(wrong, [{ length: 64, isEqual: false }]);
  assert.deepEqual(
    comparisonsOf(() => expectKey(claim, 'the key')),
    [{ length: 64, isEqual: true }],
  );
  const signature = Buffer.alloc(32, 7);
  const forged = Buffer.from(signature).fill(8, 31);
  const proof = comparisonsOf(() =>
    assert.throws(() => verifyServer(`v=${forged.toString('base64')}`, signature), /cannot prove/),
  );
  assert.deepEqual(proof, [{ length: 32, isEqual: false }]);
});
