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

test('who is forgotten, or gone, counts no more', () => {
  const table = new CallerTable();
  const places = () => {
    let count = 0;
    while (table.add(`${count} again`, '10.0.0.1', 'cam') !== undefined) count += 1;
    for (let index = 0; index < count; index += 1) table.refuse(`${index} again`, Buffer.from('no'), 0);
    table.forgetOld(3000);
    return count;
  };
  for (const how of ['forgotten', 'accepted', 'gone before it was accepted', 'refused']) {
    table.add('one', '10.0.0.1', 'cam');
    if (how === 'forgotten' || how === 'refused') table.refuse('one', Buffer.from('no'), 0);
    if (how === 'accepted') table.accept('one', Buffer.from('yes'));
    if (how === 'refused') assert.equal(places(), 15);
    table.forgetOld(3000);
    table.remove('one');
    assert.equal(table.find('one'), undefined);
    assert.equal(places(), 16, how);
  }
  for (let round = 0; round < 3; round += 1) {
    const added = Array.from({ length: 1030 }, (_, index) =>
      table.add(`${index}`, `10.${round}.${index >> 8}.${index & 255}`, 'cam'),
    );
    assert.equal(added.filter((entry) => entry !== undefined).length, 1024);
    for (let index = 0; index < 1024; index += 1) table.refuse(`${index}`, Buffer.from('no'), 0);
    table.forgetOld(3000);
  }
});

test('what nobody knows of is neither accepted, refused nor removed', () => {
  const table = new CallerTable();
  table.accept('one', Buffer.from('yes'));
  table.refuse('one', Buffer.from('no'), 0);
  table.remove('one');
  assert.equal(table.find('one'), undefined);
  const added = Array.from({ length: 20 }, (_, index) => table.add(`${index}`, '10.0.0.1', 'cam'));
  assert.equal(added.filter((entry) => entry !== undefined).length, 16);
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
