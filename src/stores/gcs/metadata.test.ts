import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromGoogle, keptOf, toGoogle } from './metadata.ts';

test('Times stand as rclone and Google’s own tools read them, and are the same again', () => {
  const table: [mtime: string, written: string, seconds: string][] = [
    ['1700000000.123456', '2023-11-14T22:13:20.123456Z', '1700000000'],
    ['1700000000', '2023-11-14T22:13:20Z', '1700000000'],
    ['0', '1970-01-01T00:00:00Z', '0'],
    ['0.000000001', '1970-01-01T00:00:00.000000001Z', '0'],
    ['-0.5', '1969-12-31T23:59:59.5Z', '-1'],
    ['-1.25', '1969-12-31T23:59:58.75Z', '-2'],
    ['-86400', '1969-12-31T00:00:00Z', '-86400'],
  ];
  for (const [mtime, written, seconds] of table) {
    const metadata = { mtime, 'sluice-size': '1' };
    const stands = { mtime: written, 'goog-reserved-file-mtime': seconds, 'sluice-size': '1' };
    assert.deepEqual(toGoogle(metadata), stands);
    assert.deepEqual(fromGoogle(stands), metadata, mtime);
  }
});

test('What has no time, or one that nobody can write so, stays as it is', () => {
  for (const metadata of [{}, { a: 'b' }, { mtime: 'yesterday' }, { mtime: '99999999999999' }])
    assert.deepEqual(toGoogle(metadata), metadata);
  assert.deepEqual(fromGoogle(undefined), {});
  assert.deepEqual(fromGoogle({ Title: 'x', mtime: 'yesterday' }), { title: 'x', mtime: 'yesterday' });
});

test('A file looked as rclone says, else as Google’s tools do', () => {
  const ns = '1354040105123456789';
  assert.deepEqual(keptOf({ mtime: '2012-11-27T18:15:05.123456789Z', mode: '100600' }), {
    mtime: ns,
    mode: 0o600,
  });
  assert.deepEqual(keptOf({ mtime: '2012-11-27T19:15:05.123456789+01:00' })?.mtime, ns);
  assert.deepEqual(keptOf({ 'goog-reserved-file-mtime': '1354040105', 'goog-reserved-posix-mode': '600' }), {
    mtime: '1354040105000000000',
    mode: 0o600,
  });
  const both = { mtime: '2012-11-27T18:15:05.5Z', 'goog-reserved-file-mtime': '7' };
  assert.equal(keptOf(both)?.mtime, '1354040105500000000');
  assert.equal(keptOf({ mode: '644' }), undefined);
  assert.equal(keptOf(undefined), undefined);
});
