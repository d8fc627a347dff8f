import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { pino } from 'pino';
import { AddressLimit, shareOfAddress, whoseAddress } from './address-limit.ts';

/** As much of a socket as is looked at. */
class Connection extends EventEmitter {
  readonly remoteAddress: string;
  isClosed = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): never {
    this.isClosed = true;
    this.emit('close');
    return this as never;
  }
}

const connection = (address: string) => new Connection(address);

test('One address has so many connections, others have theirs, and one that is closed makes room', () => {
  const said: string[] = [];
  let clock = 0;
  const logger = pino({ base: null }, { write: (line: string) => said.push(line) });
  const limit = new AddressLimit(2, logger, () => clock);
  const [first, second, third] = [
    connection('10.0.0.1'),
    connection('::ffff:10.0.0.1'),
    connection('10.0.0.1'),
  ];
  assert.deepEqual([limit.admit(first), limit.admit(second), limit.admit(third)], [true, true, false]);
  assert.deepEqual([first.isClosed, second.isClosed, third.isClosed], [false, false, true]);
  assert.ok(limit.admit(connection('10.0.0.2')));
  first.destroy();
  assert.ok(limit.admit(connection('10.0.0.1')));
  assert.ok(!limit.admit(connection('10.0.0.1')));
  assert.equal(said.length, 1, 'told once a minute');
  assert.match(said[0]!, /10\.0\.0\.1 has 2 connections.*--max-per-address/);
  clock = 60_000;
  assert.ok(!limit.admit(connection('10.0.0.1')));
  assert.equal(said.length, 2);
});

test('A host of IPv6 is one, whichever of its addresses it takes; this machine is not counted', () => {
  assert.equal(whoseAddress('2001:db8::1'), '2001:db8:0:0::/64');
  assert.equal(whoseAddress('2001:db8:0:0:9:8:7:6'), '2001:db8:0:0::/64');
  assert.equal(whoseAddress('2001:db8:0:1::6'), '2001:db8:0:1::/64');
  assert.equal(whoseAddress('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(whoseAddress('::ffff:192.0.2.7'), '192.0.2.7');
  for (const own of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', undefined])
    assert.equal(whoseAddress(own), undefined);
});

test('A household can watch a server that takes few connections', () => {
  for (const [most, share] of [
    [1, 1],
    [8, 8],
    [20, 12],
    [10_000, 2500],
  ] as const)
    assert.equal(shareOfAddress(most), share, String(most));
});
