import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { FormatError } from '../errors.ts';
import { isUploadId, UploadIds, versionOf } from './upload-id.ts';

test('An id holds the time in microseconds, then chance', () => {
  const now = 1_790_000_000_123;
  const ids = new UploadIds(() => now);
  const id = ids.next();
  assert.ok(isUploadId(id));
  assert.equal(versionOf(id), now * 1000);
  assert.notEqual(new UploadIds(() => now).next(), id);
});

test('Ids grow within a microsecond, and when the clock steps back', () => {
  const clock = [5000, 5000, 4000, 1, 5000, 5001, 0];
  const ids = new UploadIds(() => clock.shift() ?? 0);
  const issued = Array.from({ length: 7 }, () => ids.next());
  assert.deepEqual(issued.toSorted(), issued);
  assert.equal(new Set(issued.map(versionOf)).size, issued.length);
});

test('An id is greater than the last that is known of the path, though the clock is a day behind', () => {
  const before = new UploadIds(() => 86_400_000 * 2).next();
  const ids = new UploadIds(() => 86_400_000);
  const after = ids.next(before);
  assert.ok(after > before);
  assert.equal(versionOf(after), versionOf(before) + 1);
  assert.ok(ids.next(after) > after);
});

test('An id follows one of any clock, and does not take the ids of other paths along', () => {
  const ids = new UploadIds(() => 1_800_000_000_000);
  const usual = versionOf(ids.next());
  for (const version of ['0020000000000000', '7fffffffffffffff', 'fffffffffffffffe']) {
    const before = version + 'f'.repeat(16);
    const id = ids.next(before);
    assert.ok(isUploadId(id) && id > before, id);
    assert.equal(BigInt(`0x${id.slice(0, 16)}`), BigInt(`0x${version}`) + 1n);
  }
  assert.ok(versionOf(ids.next()) < usual + 100);
  assert.throws(() => ids.next('f'.repeat(32)), FormatError);
});

test('Text and version order alike, for any clock', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 4_102_444_800_000 }), { minLength: 2, maxLength: 20 }), (times) => {
      const clock = [...times];
      const ids = new UploadIds(() => clock.shift()!);
      const issued = times.map(() => ids.next());
      for (const [index, id] of issued.slice(1).entries()) {
        assert.ok(id > issued[index]!);
        assert.ok(versionOf(id) > versionOf(issued[index]!));
      }
    }),
  );
});

test('What is an id', () => {
  assert.ok(isUploadId('0123456789abcdef0123456789abcdef'));
  const table = [
    '',
    '0'.repeat(31),
    '0'.repeat(33),
    'A'.repeat(32),
    'g'.repeat(32),
    `${'0'.repeat(32)}\n`,
    '../',
  ];
  for (const text of table) assert.ok(!isUploadId(text), JSON.stringify(text));
});

test('Without a floor an id is as new as the clock, and each has chance of its own', () => {
  const ids = new UploadIds(() => 1.5009);
  assert.match(ids.next(), /^00000000000005dc[0-9a-f]{16}$/);
  assert.match(ids.next(), /^00000000000005dd/);
  // More than are drawn at once.
  const many = Array.from({ length: 2000 }, () => ids.next().slice(16));
  assert.equal(new Set(many).size, 2000);
  assert.ok(many.every((text) => /^[0-9a-f]{16}$/.test(text)));
  assert.ok(many.filter((text) => text === '0'.repeat(16)).length < 2);
});

test('A clock that stands at the floor gives what follows it', () => {
  const floor = `${(1000).toString(16).padStart(16, '0')}${'f'.repeat(16)}`;
  assert.match(new UploadIds(() => 1, floor).next(), /^00000000000003e9/);
  assert.match(new UploadIds(() => 0.5).next(floor), /^00000000000003e9/);
  assert.match(new UploadIds(() => 2).next(floor), /^00000000000007d0/);
});
