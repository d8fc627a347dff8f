import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archiveFault } from './archived.ts';

test('What is archived cannot be read until it is restored', () => {
  for (const archive of ['GLACIER', 'DEEP_ARCHIVE']) {
    assert.match(archiveFault(archive, false) ?? '', /it is archived .*restore it/);
    assert.equal(archiveFault(archive, true), undefined);
  }
  for (const other of [undefined, 'STANDARD', 'GLACIER_IR', 'INTELLIGENT_TIERING'])
    assert.equal(archiveFault(other, false), undefined);
});
