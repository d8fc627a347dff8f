import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFault } from '../../store-fault.ts';
import { type Flight, Flights } from './flights.ts';

const away = new StoreFault('away', { scope: 'sink', code: 'EAGAIN' });

/** Something of so many bytes that arrives when the test says so. */
function flight(bytes: number) {
  const tries: PromiseWithResolvers<void>[] = [];
  const lost: unknown[] = [];
  const one: Flight = {
    bytes: new Uint8Array(bytes),
    send: () => {
      const one = Promise.withResolvers<void>();
      tries.push(one);
      return one.promise;
    },
    lost: (error) => lost.push(error),
  };
  return { one, tries, lost };
}

test('What finds no room departs when something has arrived', async () => {
  const flights = new Flights(10);
  const [first, second] = [flight(8), flight(8)];
  await flights.depart(first.one);
  const departed = flights.depart(second.one);
  assert.equal(second.tries.length, 0);
  first.tries[0]!.resolve();
  await departed;
  assert.equal(second.tries.length, 1);
  second.tries[0]!.resolve();
  await flights.arrived(new Set([first.one, second.one]));
});

test('What failed is sent again by whoever comes next, who hears why', async () => {
  const flights = new Flights(10);
  const [first, second] = [flight(8), flight(8)];
  await flights.depart(first.one);
  const waiting = flights.depart(second.one);
  first.tries[0]!.reject(away);
  await assert.rejects(waiting, away);
  assert.equal(first.tries.length, 2);
  const again = flights.depart(second.one);
  first.tries[1]!.resolve();
  await again;
  const arrived = flights.arrived(new Set([second.one]));
  second.tries[0]!.reject(away);
  await assert.rejects(arrived, away);
  second.tries[1]!.resolve();
  await flights.arrived(new Set([second.one]));
});

test('What is lost is told, and what is dropped is not sent again; both give back their room', async () => {
  const flights = new Flights(8);
  const [first, second, third] = [flight(8), flight(8), flight(8)];
  await flights.depart(first.one);
  const refusal = new StoreFault('no', { scope: 'name', code: 'EACCES' });
  first.tries[0]!.reject(refusal);
  await flights.arrived(new Set([first.one]));
  assert.deepEqual(first.lost, [refusal]);
  await flights.depart(second.one);
  second.tries[0]!.reject(away);
  await flights.drop(new Set([second.one]));
  await flights.depart(third.one);
  assert.equal(second.tries.length, 1);
  third.tries[0]!.resolve();
});
