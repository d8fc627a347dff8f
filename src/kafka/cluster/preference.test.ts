import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Place } from './links.ts';
import { Preference } from './preference.ts';

const places: Place[] = [1, 2, 3].map((broker) => ({ address: { host: 'kafka', port: broker }, broker }));

function facts(failing: readonly number[] = [], open: readonly number[] = []) {
  return {
    isFailing: ({ address }: Place) => failing.includes(address.port),
    isOpen: ({ address }: Place) => open.includes(address.port),
  };
}

test('Who has a link is asked, who failed is asked last', () => {
  for (let round = 0; round < 20; round += 1) {
    const order = new Preference().order(places, facts([2], [3])).map(({ broker }) => broker);
    assert.deepEqual(order, [3, 1, 2]);
  }
});

test('Whose answers come to nothing is followed by all others before it is asked again', () => {
  const preference = new Preference();
  const asked: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const [first] = preference.order(places, facts([], asked));
    preference.asks(first!);
    asked.push(first!.address.port);
    preference.doubt();
    // Nobody has been asked since, so nobody is to blame.
    preference.doubt();
  }
  assert.deepEqual(new Set(asked.slice(0, 3)), new Set([1, 2, 3]));
  assert.deepEqual(asked.slice(3), asked.slice(0, 3));
});

test('An address is asked once, under whatever name it is known', () => {
  const boot: Place[] = places.map(({ address }) => ({ address, broker: undefined }));
  assert.equal(new Preference().order([...places, ...boot], facts()).length, 3);
});
