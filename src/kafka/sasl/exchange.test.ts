import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiConnection } from '../api.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import { prepareProof } from './exchange.ts';
import { oauthBearer } from './oauthbearer.ts';
import { TokenCache } from './tokens.ts';

/** A broker that believes one token. */
function believing(good: string, errorCode = 58): ApiConnection {
  return {
    send: (apiKey, _version, createPayload, _parser, _tags, _responseTags, callback) => {
      const isHandshake = apiKey === 17;
      const text = isHandshake ? '' : String((createPayload() as { buffer: Buffer }).buffer);
      const isGood = isHandshake || text.includes(`Bearer ${good}\x01`);
      const answer = isHandshake
        ? { errorCode: 0, mechanisms: [] }
        : { errorCode: isGood ? 0 : errorCode, errorMessage: 'no', authBytes: Buffer.alloc(0) };
      callback(null, { sessionLifetimeMs: 0n, ...answer } as never);
    },
  };
}

function tokens(values: readonly string[]) {
  let asked = 0;
  const cache = new TokenCache(async () => ({
    value: values[asked++ % values.length]!,
    expiresAt: Date.now() + 100_000,
  }));
  return oauthBearer({
    user: 'client',
    advice: 'Look.',
    token: () => cache.get(),
    forget: (value) => cache.forget(value),
  });
}

test('A kept token that is refused is no last word: the next one may be good', async () => {
  const mechanism = tokens(['old', 'new']);
  await (await prepareProof(mechanism, 'b'))(believing('old'));
  // The provider has changed its keys, say.
  await assert.rejects((await prepareProof(mechanism, 'b'))(believing('new')), NetworkFailure);
  await (await prepareProof(mechanism, 'b'))(believing('new'));
});

test('A token that was fetched for the exchange and is refused is', async () => {
  const mechanism = tokens(['bad']);
  const refused = { kind: 'authentication', message: /failed for client: the broker says "no"\. Look\./ };
  await assert.rejects((await prepareProof(mechanism, 'b'))(believing('good')), refused);
  await assert.rejects((await prepareProof(mechanism, 'b'))(believing('good')), refused);
});

test('An error that says nothing of the credentials may pass', async () => {
  const mechanism = tokens(['a']);
  await assert.rejects((await prepareProof(mechanism, 'b'))(believing('good', -1)), NetworkFailure);
});
