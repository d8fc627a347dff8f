import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FormatError } from '../errors.ts';
import { decodeReport, encodeReport, type Report } from './report-record.ts';

const key = { kind: 'uploader', name: 'till' } as const;
const plain: Report = { name: 'till', state: 'running', lasts: 1000 };

function stored(report: Report | null, of: Parameters<typeof encodeReport>[0] = key) {
  const { key: name, value } = encodeReport(of, report);
  return { key: name ?? null, value: value as Uint8Array | null };
}

test('What a run tells comes back as it was, and a tombstone forgets', () => {
  const full: Report = {
    ...{ ...plain, version: '1.2.3', host: 'shop', pid: 7, started: 5, waiting: 'no broker answers' },
    files: { done: 3, bytes: 10, rate: 0.5, open: 1, openBytes: 4, failed: 1, parked: 0 },
    failures: [{ path: 'till/a', state: 'failed', reason: 'it is locked', at: 9, upload: 'u' }],
    streams: { cam: { bitRate: 5, delay: 0.1, restarts: 1, gaps: 0, viewers: 2, faults: ['x'] } },
    url: 'http://shop:8080',
  };
  assert.deepEqual(decodeReport(stored(full)), { key: 'uploader/till', kind: 'uploader', report: full });
  const member = { kind: 'downloader', name: 'sluice-g-1', instance: 'host/7' } as const;
  assert.deepEqual(decodeReport(stored(null, member)), {
    ...{ key: 'downloader/sluice-g-1/host/7', kind: 'downloader', report: null },
  });
});

test('However much failed, a record is small, and has what failed last', () => {
  const failures = Array.from({ length: 10_000 }, (_, index) => ({
    ...{ path: `till/${'é'.repeat(500)}/${index}`, state: 'failed' as const, at: index },
    reason: 'because '.repeat(200),
  }));
  const record = stored({ ...plain, failures });
  assert.ok(record.value !== null && record.value.length < 64 * 1024);
  const told = decodeReport(record)?.report?.failures ?? [];
  assert.equal(told.at(-1)?.at, 9999);
  assert.ok(told.length >= 10 && told.length <= 100 && told.every(({ reason }) => reason.length <= 300));
  const faults = Array.from({ length: 50 }, () => 'a fault '.repeat(100));
  const streams = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`s${index}`, { faults }]));
  assert.ok((stored({ ...plain, streams }).value ?? []).length < 50 * 1024);
  const renditions = Array.from({ length: 64 }, (_, index) => `${'r'.repeat(50)}${index}`);
  const wide = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`s${index}`, { viewers: 1, renditions }]),
  );
  assert.ok((stored({ ...plain, streams: wide }).value ?? []).length < 50 * 1024);
  const some = decodeReport(
    stored({ ...plain, failures: [{ ...failures[0]!, path: 'none' }, failures[1]!] }),
  );
  assert.deepEqual(
    some?.report?.failures?.map(({ at }) => at),
    [1],
  );
});

test('What is not of this form is refused; what later releases add is passed over', () => {
  const bytes = (value: unknown) => ({
    key: Buffer.from('server/till/8080'),
    value: Buffer.from(JSON.stringify(value)),
  });
  const later = { v: 1, ...plain, more: 1, files: { done: 1, bytes: 2, later: 3 } };
  assert.deepEqual(decodeReport(bytes(later))?.report, { ...plain, files: { done: 1, bytes: 2 } });
  assert.equal(decodeReport({ key: Buffer.from('robot/x'), value: Buffer.from('{}') }), undefined);
  assert.equal(decodeReport({ key: null, value: null }), undefined);
  for (const wrong of [
    {},
    { v: 2, ...plain },
    { v: 1, ...plain, lasts: -1 },
    { v: 1, ...plain, streams: [] },
    // Sums of it would be no number.
    { v: 1, ...plain, files: { done: 1, bytes: 2, rate: 1e300 } },
    // It stands under another's key.
    { v: 1, ...plain, name: 'till-2' },
    { v: 1, ...plain, name: 'til' },
    { v: 1, ...plain, failures: [{ path: 'till', state: 'failed', reason: '', at: 1 }] },
    { v: 1, ...plain, failures: [{ path: '/a', state: 'failed', reason: '', at: 1 }] },
  ])
    assert.throws(() => decodeReport(bytes(wrong)), FormatError);
  assert.throws(() => decodeReport({ key: Buffer.from('server/a'), value: Buffer.from('{') }), FormatError);
  assert.throws(
    () => decodeReport({ key: Buffer.from('server/a'), value: Buffer.alloc(2 ** 21) }),
    FormatError,
  );
});

test('Whatever stands there, it is a report or refused', () => {
  const name = fc.constantFrom('v', 'name', 'state', 'lasts', 'files', 'failures', 'streams', 'url', 'x');
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(1, 'running', 'till', 'javascript:x', 'http://a', -1, 1e99),
  );
  const fields = fc.dictionary(name, odd);
  fc.assert(
    fc.property(fields, fc.boolean(), (value, isOurs) => {
      const json = { ...(isOurs ? { v: 1, ...plain } : {}), ...value };
      const record = { key: Buffer.from('server/till'), value: Buffer.from(JSON.stringify(json)) };
      try {
        const { url } = decodeReport(record)?.report ?? {};
        assert.ok(url === undefined || url.startsWith('http'));
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }),
  );
});
