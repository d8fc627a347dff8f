import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadAllowance } from './read-allowance.ts';

const mebibyte = 1024 * 1024;

test('So much may be read in vain, then a share of what is sent', () => {
  const allowance = new ReadAllowance();
  allowance.inVain(63 * mebibyte);
  assert.equal(allowance.isLeft, true);
  // However large a file is, it may be read while anything is left.
  allowance.inVain(1000 * mebibyte);
  assert.equal(allowance.isLeft, false);
  allowance.sent(999 * 32 * mebibyte);
  assert.equal(allowance.isLeft, false);
  allowance.sent(32 * mebibyte + 32);
  assert.equal(allowance.isLeft, true);
});

test('What is sent in plenty gives no more than there was at first', () => {
  const allowance = new ReadAllowance();
  allowance.sent(10_000 * mebibyte);
  allowance.inVain(64 * mebibyte);
  assert.equal(allowance.isLeft, false);
});
