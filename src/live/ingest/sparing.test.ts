import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, nameOf } from './address.ts';
import type { Refusal } from './contract.ts';
import type { IngestEvent, RefusedEvent } from './events.ts';
import { Refusals } from './refusals.ts';
import { Sparing } from './sparing.ts';

const from = (host: number, port = 7) => `192.0.2.${host}:${port}`;

test('Of many words some are said, the others counted; one address does not hide another', () => {
  const sparing = new Sparing();
  const said = (host: number, times: number, now: number) =>
    Array.from({ length: times }, (_, port) => sparing.may(from(host, port), now)).filter(Boolean).length;
  assert.equal(said(1, 1000, 5000), 5);
  assert.equal(said(2, 2, 5001), 2);
  assert.equal(sparing.takeOld(14_999), 0);
  for (let host = 3; host < 300; host += 1) said(host, 1, 14_999);
  assert.equal(said(2, 1, 14_999), 0);
  assert.equal(said(1, 6, 15_000), 5);
  assert.equal(sparing.takeUnsaid(), 995 + 284 + 1 + 1);
  assert.deepEqual([sparing.takeUnsaid(), sparing.takeOld(99_000)], [0, 0]);
});

test('A host of IPv6 has a network, and as many ports as it likes', () => {
  const sparing = new Sparing();
  const told = Array.from({ length: 20 }, (_, index) =>
    sparing.may(nameOf({ address: `2001:db8::${index}`, port: 1000 + index }), 0),
  );
  assert.equal(told.filter(Boolean).length, 5);
  assert.equal(hostOf('[2001:db8::1]:443'), '2001:db8::1');
  assert.equal(hostOf('192.0.2.7:1'), '192.0.2.7');
});

test('Refusals of a flood are told by their number, once it can be known', () => {
  const events: IngestEvent[] = [];
  const refusals = new Refusals((event) => void events.push(event));
  const refused = (why: Refusal, host: number): RefusedEvent => ({
    ...{ type: 'refused', why, stream: 'cam', protocol: 'rtmp', address: from(host), message: 'no' },
  });
  for (let host = 0; host < 250; host += 1) refusals.push(refused('denied', host), host);
  for (let host = 0; host < 3; host += 1) refusals.push(refused('busy', host), 9000);
  refusals.review(9999);
  assert.deepEqual(
    events.map(({ type }) => type),
    Array.from({ length: 20 }, () => 'refused'),
  );
  refusals.review(10_000);
  assert.deepEqual(events.slice(20), [
    {
      type: 'notice',
      message: 'within 10 s, 233 more senders than were told were not let in: 230 denied, 3 busy',
    },
  ]);
  refusals.review(20_000);
  for (let host = 0; host < 21; host += 1) refusals.push(refused('full', host), 20_000);
  refusals.push(refused('full', 1), 31_000);
  assert.match(JSON.stringify(events.at(-2)), /1 more senders than were told were not let in: 1 full"/);
  assert.deepEqual(events.at(-1), refused('full', 1));
});

test('Why nobody can be let in is told once in a minute, to whoever runs the server alone', () => {
  const events: IngestEvent[] = [];
  const refusals = new Refusals((event) => void events.push(event));
  const reason = new Error('the keys of tokens cannot be had', {
    cause: new Error('https://a:b@c: refused'),
  });
  for (const now of [0, 1, 59_999, 60_000, 90_000]) refusals.unknown(reason, now);
  const message =
    'nobody new is let in, for it cannot be found out who may send: the keys of tokens cannot be had: https://***@c: refused';
  assert.deepEqual(events, Array(2).fill({ type: 'notice', message }));
});
