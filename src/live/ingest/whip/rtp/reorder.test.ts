import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../../test/support/properties.ts';
import { Reorder } from './reorder.ts';

const options = { patience: 100, repeat: 40 };

test('what overtakes waits, what is missing is asked for and given up', () => {
  const order = new Reorder<string>(options);
  const take = (now: number) => [...order.take(now)];
  order.push(10, 'a', 0);
  assert.deepEqual(take(0), [{ packet: 'a' }]);
  order.push(13, 'd', 10);
  assert.deepEqual(take(10), []);
  assert.deepEqual(order.missing(10), [11, 12]);
  assert.deepEqual(order.missing(30), []);
  order.push(12, 'c', 40);
  assert.deepEqual(order.missing(50), [11]);
  assert.deepEqual(take(109), []);
  assert.deepEqual(take(110), [{ lost: 1 }, { packet: 'c' }, { packet: 'd' }]);
  // It comes too late, and again.
  order.push(11, 'b', 120);
  order.push(13, 'd', 120);
  assert.deepEqual(take(300), []);
  assert.deepEqual(order.missing(300), []);
});

test('a sender that jumps far is followed, whatever was waited for', () => {
  for (const jump of [5000, -5000]) {
    const order = new Reorder<string>(options);
    order.push(10_000, 'a', 0);
    order.push(10_002, 'c', 0);
    order.push(10_000 + jump, 'z', 1);
    assert.deepEqual([...order.take(1)].at(-1), { packet: 'z' });
    assert.deepEqual(order.missing(1), []);
    // Nothing of before is left.
    order.push(10_003 + jump, 'y', 2);
    assert.deepEqual([...order.take(102)], [{ lost: 2 }, { packet: 'y' }]);
  }
});

test('packets in any order, lost and doubled, come in order, each once, and none that came is missing', () => {
  const arrivals = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(arrivals, (sequences) => {
      const order = new Reorder<number>(options);
      const first = sequences[0]!;
      const came: number[] = [];
      let lost = 0;
      const take = (now: number): void => {
        for (const each of order.take(now)) {
          if ('lost' in each) lost += each.lost;
          else came.push(each.packet);
        }
      };
      for (const sequence of sequences) {
        order.push(sequence, sequence, 0);
        take(0);
      }
      take(1000);
      const expected = [...new Set(sequences)]
        .filter((each) => each >= first)
        .sort((one, other) => one - other);
      assert.deepEqual(came, expected);
      assert.equal(lost, expected.at(-1)! - first + 1 - expected.length);
    }),
  );
});

test('a packet is not asked for without end', () => {
  const order = new Reorder<string>({ ...options, patience: 1e9 });
  order.push(1, 'a', 0);
  order.push(3, 'c', 0);
  let asked = 0;
  for (let now = 0; now < 10_000; now += 40) asked += order.missing(now).length;
  assert.equal(asked, 8);
});

test('a packet is waited for just as long as that is of use, and asked for just as often', () => {
  const order = new Reorder<string>(options);
  const take = (now: number) => [...order.take(now)];
  order.push(1, 'a', 0);
  take(0);
  order.push(3, 'c', 10);
  order.push(5, 'e', 30);
  assert.deepEqual(order.missing(30), [2, 4]);
  // What comes meanwhile has none of them asked for anew.
  order.push(6, 'f', 40);
  assert.deepEqual(order.missing(69), []);
  assert.deepEqual(order.missing(70), [2, 4]);
  assert.deepEqual(take(109), []);
  assert.deepEqual(take(110), [{ lost: 1 }, { packet: 'c' }], 'the second hole has its own time');
  assert.deepEqual(order.missing(110), [4]);
  assert.deepEqual(take(129), []);
  assert.deepEqual(take(130), [{ lost: 1 }, { packet: 'e' }, { packet: 'f' }]);
  assert.deepEqual(order.missing(1000), []);
  assert.deepEqual(take(1000), []);
});

test('how far a packet may be ahead, or behind, before it counts as a jump', () => {
  const at = (sequence: number) => {
    const order = new Reorder<number>(options);
    order.push(10_000, 10_000, 0);
    const first = [...order.take(0)];
    order.push(sequence, sequence, 1);
    return [...first, ...order.take(1)].slice(1);
  };
  // 10,001 is the next one.
  assert.deepEqual(at(10_001 + 2048), []);
  assert.deepEqual(at(10_001 + 2049), [{ lost: 2049 }, { packet: 12_050 }]);
  assert.deepEqual(at(10_001 - 2048), []);
  assert.deepEqual(at(10_001 - 2049), [{ lost: 1 }, { packet: 7952 }]);
});

test('behind a jump holes are found anew, and jumps that nobody took add up', () => {
  const order = new Reorder<string>(options);
  order.push(1000, 'a', 0);
  order.push(5000, 'b', 0);
  order.push(9000, 'c', 0);
  order.push(9002, 'e', 0);
  assert.deepEqual(order.missing(0), [9001]);
  assert.deepEqual([...order.take(0)], [{ lost: 8000 }, { packet: 'c' }]);
  assert.deepEqual([...order.take(0)], []);
  order.push(9001, 'd', 0);
  assert.deepEqual([...order.take(0)], [{ packet: 'd' }, { packet: 'e' }]);
});

test('what was given up is not asked for any more, however much it was', () => {
  const order = new Reorder<string>(options);
  order.push(1, 'a', 0);
  order.push(6, 'f', 0);
  assert.deepEqual(order.missing(0), [2, 3, 4, 5]);
  assert.deepEqual([...order.take(100)], [{ packet: 'a' }, { lost: 4 }, { packet: 'f' }]);
  assert.deepEqual(order.missing(1000), []);
});
