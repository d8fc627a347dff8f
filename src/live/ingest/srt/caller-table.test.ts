import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallerTable } from './caller-table.ts';
import { Cookies } from './cookie.ts';

test('an address has so many callers that are not accepted, and others are not kept out by them', () => {
  const table = new CallerTable();
  const add = (index: number, address = '10.0.0.1', stream = 'cam') =>
    table.add(`${address} ${index}`, address, stream) !== undefined;
  assert.equal(Array.from({ length: 40 }, (_, index) => add(index)).filter(Boolean).length, 16);
  assert.equal(add(0, '10.0.0.2'), true);
  const others = Array.from({ length: 200 }, (_, index) => add(100 + index, '10.0.0.1', `${index >> 3}`));
  assert.equal(others.filter(Boolean).length, 112);
  for (let index = 0; index < 112; index++) table.accept(`10.0.0.1 ${100 + index}`, Buffer.from('yes'));
  table.accept('10.0.0.1 3', Buffer.from('yes'));
  assert.equal(add(40), true);
  assert.equal(add(41), false);
  table.refuse('10.0.0.1 4', Buffer.from('no'), 1000);
  table.forgetOld(3999);
  assert.equal(String(table.find('10.0.0.1 4')?.answer), 'no');
  table.forgetOld(4000);
  assert.equal(table.find('10.0.0.1 4'), undefined);
  assert.equal(add(42), true);
  assert.equal(String(table.find('10.0.0.1 3')?.answer), 'yes');
  table.remove('10.0.0.1 3');
  assert.equal(table.find('10.0.0.1 3'), undefined);
});

test('all addresses together have no more than the table holds', () => {
  const table = new CallerTable();
  const added = Array.from({ length: 2000 }, (_, index) =>
    table.add(`${index}`, `10.0.${index >> 8}.${index & 255}`, 'cam'),
  );
  assert.equal(added.filter((entry) => entry !== undefined).length, 1024);
});

test('a cookie is good for its address and port, for a minute at least', () => {
  const cookies = new Cookies();
  const cookie = cookies.bake('10.0.0.1', 5, 59_999);
  assert.equal(cookies.isOurs(cookie, '10.0.0.1', 5, 59_999), true);
  assert.equal(cookies.isOurs(cookie, '10.0.0.1', 5, 119_999), true);
  assert.equal(cookies.isOurs(cookie, '10.0.0.1', 5, 120_000), false);
  assert.equal(cookies.isOurs(cookie, '10.0.0.1', 6, 59_999), false);
  assert.equal(cookies.isOurs(cookie, '10.0.0.2', 5, 59_999), false);
  assert.equal(new Cookies().isOurs(cookie, '10.0.0.1', 5, 59_999), false);
});
