import assert from 'node:assert/strict';
import { test } from 'node:test';
import { living } from '../../../files/state/lease.ts';
import type { StandingClaim } from '../../publish/claim.ts';
import { Holders } from './holders.ts';

const claim = (more: Partial<StandingClaim> = {}): StandingClaim => ({
  ...{ stream: 'cam', state: 'live', epoch: 1, owner: 'other', host: 'studio-2', lasts: 10_000 },
  ...{ partition: 0, began: 1, media: 0, discontinuities: 0, offset: 0 },
  ...{ targets: { part: 1, segment: 1 }, at: 1, written: 1, ...more },
});

test('Somebody else has a stream for as long as its claim is renewed', () => {
  const holders = new Holders();
  assert.equal(holders.elsewhere('cam', 0), undefined);
  holders.take('cam', claim(), 0);
  assert.equal(holders.elsewhere('cam', 9999), 'studio-2');
  assert.equal(holders.elsewhere('cam', 10_000), undefined);
  holders.take('cam', claim({ at: 2 }), 10_000);
  assert.equal(holders.elsewhere('cam', 19_999), 'studio-2');
  // A zombie's renewal is no sign of life of the one that has the stream now.
  holders.take('cam', claim({ epoch: 2, owner: 'third', host: 'studio-3', at: 3 }), 20_000);
  holders.take('cam', claim({ at: 4 }), 29_000);
  assert.equal(holders.elsewhere('cam', 29_000), 'studio-3');
  assert.equal(holders.elsewhere('cam', 30_000), undefined);
});

test('Nobody has one that has ended, was forgotten, waits for its sender, or is this process itself', () => {
  const holders = new Holders();
  for (const free of [claim({ state: 'ended' }), claim({ lasts: 1, at: 2 })]) {
    holders.take('cam', free, 0);
    assert.equal(holders.elsewhere('cam', 1), undefined);
  }
  holders.take('cam', claim({ at: 3 }), 10);
  holders.take('cam', undefined, 11);
  assert.equal(holders.elsewhere('cam', 12), undefined);
  living.add('own');
  holders.take('cam', claim({ owner: 'own' }), 13);
  assert.equal(holders.elsewhere('cam', 14), undefined);
  living.delete('own');
  assert.equal(holders.elsewhere('cam', 14), 'studio-2');
});
