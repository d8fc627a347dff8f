import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGcs } from './place.ts';

test('A bucket, and what stands behind it, is a place', () => {
  const table: [rest: string, bucket: string, prefix: string, url: string][] = [
    ['films', 'films', '', 'gs://films'],
    ['films/', 'films', '', 'gs://films'],
    ['films/2026', 'films', '2026/', 'gs://films/2026'],
    ['a.domain_x-1/a b?#%20/', 'a.domain_x-1', 'a b?#%20/', 'gs://a.domain_x-1/a b?#%20'],
  ];
  for (const [rest, bucket, prefix, url] of table)
    assert.deepEqual(readGcs(rest), { store: 'gcs', bucket, prefix, url });
});

test('What names no bucket says so', () => {
  for (const rest of ['', '/x', 'Films', 'a', 'a!b', 'x/'.slice(1)])
    assert.match(String(readGcs(rest)), /^names no bucket; write gs:\/\/BUCKET\/PREFIX$/);
  assert.match(String(readGcs('me:secret@films')), /^has credentials in it/);
});
