import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaceWatch } from '../desk/pace-watch.ts';
import { namedStream } from './stream-name.ts';
import { TimestampWatch } from './timestamp-watch.ts';

test('The stream and its key, however a program parts the address', () => {
  const named = { app: 'live', stream: 'cam', key: 'k-1' };
  // FFmpeg and OBS; a program with one field for all before the name; one that puts the key behind that.
  assert.deepEqual(namedStream('live', 'cam?key=k-1'), named);
  assert.deepEqual(namedStream('live/', '/cam?a=b&key=k-1'), named);
  assert.deepEqual(namedStream('live?key=k-1', 'cam'), named);
  assert.deepEqual(namedStream('live', 'cam?key=k%2d1'), named);
  assert.deepEqual(namedStream('live', 'cam'), { ...named, key: '' });
  assert.deepEqual(namedStream('', '%zz?key=%zz'), { app: '', stream: '%zz', key: '%zz' });
  assert.deepEqual(namedStream('live?key=other', 'cam?key=k-1'), named);
  assert.deepEqual(namedStream('//live//', '//a/b//'), { app: 'live', stream: 'a/b', key: '' });
  assert.deepEqual(namedStream('///', '/'), { app: '', stream: '', key: '' });
});

test('An address of slashes is looked at once: before its key a stranger keeps nobody waiting', () => {
  // By a search that begins anew at each slash this takes an hour.
  const slashes = `x${'/'.repeat(4_000_000)}x`;
  assert.equal(namedStream(slashes, slashes).app, slashes);
});

test('Time stamps that jump are told, those that go on are not, also past 32 bits', () => {
  const watch = new TimestampWatch();
  for (const timestamp of [0, 20, 10, 40, 9000, 8500, 19_000])
    assert.equal(watch.push(timestamp), undefined, String(timestamp));
  assert.match(watch.push(40_000) ?? '', /21\.0 s ahead/);
  assert.equal(watch.push(40_020), undefined);
  assert.match(watch.push(100) ?? '', /39\.9 s back/);
  assert.equal(watch.push(120), undefined);
  const late = new TimestampWatch();
  assert.equal(late.push(2 ** 32 - 10), undefined);
  assert.equal(late.push(10), undefined);
});

test('What comes slower than it lasts is told, seldom', () => {
  const watch = new PaceWatch();
  const told: number[] = [];
  // A third slower than real time.
  for (let end = 0; end <= 30_000; end += 100) if (watch.push(end, end * 1.5) !== undefined) told.push(end);
  assert.deepEqual(told, [6000, 12_000, 24_000]);
  const good = new PaceWatch();
  for (let end = 0; end <= 30_000; end += 100) assert.equal(good.push(end, end + (end % 700)), undefined);
});

test('A clock that is put forward makes nobody slow', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 0 });
  const watch = new PaceWatch();
  assert.equal(watch.push(0), undefined);
  t.mock.timers.setTime(3600_000);
  assert.equal(watch.push(100), undefined);
});

test('How far a time stamp may jump', () => {
  const after = (...timestamps: readonly number[]) => {
    const watch = new TimestampWatch();
    return timestamps.map((timestamp) => watch.push(timestamp)).at(-1);
  };
  assert.equal(after(5000, 15_000), undefined);
  assert.match(after(5000, 15_001) ?? '', /jump by 10\.0 s ahead: its pictures may be lost/);
  assert.equal(after(5000, 4000), undefined);
  assert.match(after(5000, 3999) ?? '', /jump by 1\.0 s back/);
  // What is a little late does not count as the newest, what has jumped does.
  assert.equal(after(5000, 4500, 14_900), undefined);
  assert.match(after(5000, 4500, 3900) ?? '', /1\.1 s back/);
  assert.equal(after(5000, 1000, 900), undefined);
  assert.equal(after(5000, 4000, 14_500), undefined);
  assert.equal(after(0, 1, 10_001), undefined);
  assert.equal(after(0, 0), undefined);
});

test('Of a query the first key counts, and what has no key has none', () => {
  for (const [name, key] of [
    ['cam?key=a&key=b', 'a'],
    ['cam?mykey=a', ''],
    ['cam?key=', ''],
    ['cam?key=a=b', 'a=b'],
    ['cam?a&key=b?c', 'b?c'],
    ['cam?', ''],
  ] as const)
    assert.deepEqual(namedStream('live', name), { app: 'live', stream: 'cam', key }, name);
  assert.equal(namedStream('live?key=k', 'cam?a=b').key, 'k');
});
