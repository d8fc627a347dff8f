import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { thisBoot } from './boot.ts';
import { awaitLease, holderOf, type StandingLease } from './lease.ts';

const lease: StandingLease = { topic: 't', owner: 'a', host: 'elsewhere', pid: 1, lasts: 1000, offset: 5 };
/** No process has this number: it is above what any system gives. */
const nobody = 2 ** 30;

/** Waits for a lease of which each look finds the next of `looks`; tells how long, in milliseconds of the steady clock. */
async function awaited(found: StandingLease, looks: readonly (readonly (StandingLease | null)[])[] = []) {
  const messages: string[] = [];
  let look = 0;
  const begun = performance.now();
  await awaitLease({
    uploader: 'shop',
    lease: found,
    leases: async (from) => {
      assert.equal(from, found.offset);
      return looks[Math.min(look++, looks.length - 1)] ?? [found];
    },
    waiting: (message) => messages.push(message),
    signal: new AbortController().signal,
    pause: 1,
  });
  return { waited: performance.now() - begun, messages };
}

test('A lease that is not renewed is waited out in full, whatever the clock of its holder says', async () => {
  const { waited, messages } = await awaited({ ...lease, lasts: 150 });
  assert.ok(waited >= 150);
  assert.match(messages.join(), /"shop" on elsewhere \(process 1\) has not given its name back/);
});

test('A lease that is renewed is refused, and one that is given back frees the name', async () => {
  const renewed = { ...lease, offset: 9 };
  await assert.rejects(awaited(lease, [[lease], [lease, renewed]]), ConfigurationError);
  await assert.rejects(awaited(lease, [[lease, null, { ...renewed, owner: 'b' }]]), ConfigurationError);
  await awaited(lease, [[lease], [lease, null]]);
});

test('A holder whose process is gone is passed over, but only if it ran in this very boot of this host', async () => {
  assert.ok(thisBoot !== undefined, 'a system without /proc');
  const gone = { ...lease, host: hostname(), pid: nobody, boot: thisBoot, lasts: 60 };
  assert.deepEqual((await awaited(gone)).messages, []);
  // A process number of another boot, or of another container, may be anybody's there.
  const { boot: _boot, ...unknown } = gone;
  for (const other of [{ ...gone, boot: 'another' }, { ...gone, host: 'elsewhere' }, unknown]) {
    assert.equal((await awaited(other)).messages.length, 1, JSON.stringify(other));
  }
  const alive = { ...gone, pid: process.ppid };
  assert.equal((await awaited(alive)).messages.length, 1);
});

test('The name is the first one’s who came, until it gives it back', () => {
  const a = lease;
  const b = { ...lease, owner: 'b', offset: 6 };
  const owner = (...leases: (StandingLease | null)[]): string | undefined => holderOf(leases)?.owner;
  assert.equal(owner(), undefined);
  assert.equal(owner(null), undefined);
  assert.equal(owner(a, b), 'a');
  assert.equal(owner(a, b, a, b), 'a');
  assert.equal(owner(a, null, b), 'b');
  assert.equal(owner(a, null), undefined);
});
