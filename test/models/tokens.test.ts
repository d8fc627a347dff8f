/**
 * Tokens that are revoked, and providers that are down; and the time that a slow way is given: nobody is given up for good while the next
 * try would do.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkFailure } from '../../src/kafka/cluster/failures.ts';
import { TimeoutEstimate } from '../../src/kafka/produce/timeout-estimate.ts';
import { prepareProof } from '../../src/kafka/sasl/exchange.ts';
import { oauthBearer } from '../../src/kafka/sasl/oauthbearer.ts';
import { TokenCache } from '../../src/kafka/sasl/tokens.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

test('Whatever becomes of tokens and of who issues them, nobody is refused for good while the next one is good', async () => {
  type Event = 'connect' | 'rotate' | 'down' | 'up' | 'later';
  const event = fc.constantFrom<Event>('connect', 'connect', 'connect', 'rotate', 'down', 'up', 'later');
  const lifetime = 100_000;
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 14 }), async (events) => {
      let [now, version, isDown] = [0, 1, false];
      let lastAt = Number.NEGATIVE_INFINITY;
      let lastVersion = 0;
      const cache = new TokenCache(
        async () => {
          if (isDown) throw new NetworkFailure('the provider is down');
          [lastAt, lastVersion] = [now, version];
          return { value: `token-${version}`, expiresAt: now + lifetime };
        },
        () => now,
      );
      const mechanism = oauthBearer({
        user: 'client',
        advice: 'Look.',
        token: () => cache.get(),
        forget: (value) => cache.forget(value),
      });
      const broker = {
        send(apiKey: number, _version: number, payload: () => unknown, ...rest: unknown[]): void {
          const callback = rest.at(-1) as (error: null, response: unknown) => void;
          const text = apiKey === 17 ? '' : String((payload() as { buffer: Buffer }).buffer);
          const isGood = apiKey === 17 || text.includes(`token-${version}\x01`);
          const said = { errorCode: isGood ? 0 : 58, errorMessage: 'no', authBytes: Buffer.alloc(0) };
          callback(null, { sessionLifetimeMs: 0n, mechanisms: [], ...said });
        },
      };
      for (const one of events) {
        if (one === 'rotate') version += 1;
        if (one === 'down') isDown = true;
        if (one === 'up') isDown = false;
        if (one === 'later') now += lifetime * 0.45;
        if (one !== 'connect') continue;
        const isKept = lastVersion === version && now < lastAt + lifetime;
        // Whoever asks tries again after what may pass, and after nothing else.
        let failure: unknown = new NetworkFailure('not tried yet');
        for (let attempt = 0; attempt < 3 && failure instanceof NetworkFailure; attempt += 1)
          failure = await prepareProof(mechanism, 'b')
            .then((prove) => prove(broker as never))
            .then(
              () => undefined,
              (error: unknown) => error,
            );
        if (!isDown || isKept)
          assert.equal(
            failure,
            undefined,
            `refused, with a good token ${isDown ? 'there' : 'to be had'}: ${failure}`,
          );
        else if (failure !== undefined)
          assert.ok(failure instanceof NetworkFailure, 'who issues tokens is down, and that is final');
      }
    }),
    parameters({ numRuns: 300, seed: 135 }),
  );
});

test('However slow the way, a request is given enough time in the end', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 16, noNaN: true }),
      fc.integer({ min: 1, max: 2e6 }),
      (needs, bytes) => {
        const estimate = new TimeoutEstimate();
        let attempts = 0;
        for (; estimate.timeouts < needs; attempts += 1) {
          assert.ok(
            attempts < 10,
            `it needs ${needs} time-outs, and is given ${estimate.timeouts}, again and again`,
          );
          estimate.stalled({}, bytes);
        }
      },
    ),
    parameters({ numRuns: 100, seed: 136 }),
  );
});
