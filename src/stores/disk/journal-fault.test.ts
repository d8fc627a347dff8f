import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDamage, systemErrorOf } from './journal-fault.ts';

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode });
}

test('What a disk did to SQLite has the system’s code, and the call that must not be made again', () => {
  for (const [errcode, code, syscall] of [
    [13, 'ENOSPC', undefined],
    [10, 'EIO', undefined],
    [10 | (3 << 8), 'EIO', undefined],
    [10 | (4 << 8), 'EIO', 'fsync'],
    [10 | (5 << 8), 'EIO', 'fsync'],
    [10 | (16 << 8), 'EIO', 'close'],
  ] as const) {
    const fault = systemErrorOf(sqliteError(errcode)) as NodeJS.ErrnoException;
    assert.deepEqual([fault.code, fault.syscall, fault.errno !== undefined], [code, syscall, true]);
    assert.ok(!isDamage(sqliteError(errcode)));
  }
});

test('Damage is told by the lowest byte of the result, whatever exactly is damaged', () => {
  for (const errcode of [11, 11 | (1 << 8), 11 | (3 << 8), 26]) assert.ok(isDamage(sqliteError(errcode)));
  for (const errcode of [0, 1, 5, 8, 14, 19]) {
    const error = sqliteError(errcode);
    assert.ok(!isDamage(error));
    assert.equal(systemErrorOf(error), error);
  }
  assert.ok(!isDamage(new Error('a bug')) && !isDamage(undefined));
});
