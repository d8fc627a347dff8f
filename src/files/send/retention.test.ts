import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outlookOf, retentionOf } from './retention.ts';

const mib = 1024 * 1024;

test('What Kafka says, and what it means when it does not', () => {
  assert.deepEqual(retentionOf({}), { bytes: undefined, segment: 1024 * mib, ms: undefined });
  assert.deepEqual(
    retentionOf({ 'retention.bytes': '-1', 'retention.ms': '-1', 'segment.bytes': '1048576' }),
    {
      bytes: undefined,
      segment: mib,
      ms: undefined,
    },
  );
  assert.deepEqual(retentionOf({ 'retention.bytes': '0', 'retention.ms': '60000' }), {
    bytes: 0,
    segment: 1024 * mib,
    ms: 60_000,
  });
});

test('Lost for certain from retention.bytes and a segment on; between both it may be; the same where compression helps', () => {
  const retention = { bytes: 4 * mib, segment: mib, ms: undefined };
  for (const [size, is, softer] of [
    [4 * mib, 'kept', 'kept'],
    [4 * mib + 1, 'doubtful', 'doubtful'],
    [5 * mib - 1, 'doubtful', 'doubtful'],
    [5 * mib, 'lost', 'doubtful'],
    [1000 * mib, 'lost', 'doubtful'],
  ] as const) {
    assert.equal(outlookOf(retention, { size, isIncompressible: true, bandwidth: undefined }).is, is);
    assert.equal(outlookOf(retention, { size, isIncompressible: false, bandwidth: undefined }).is, softer);
  }
});

test('The figures are told', () => {
  const outlook = outlookOf(
    { bytes: 4 * mib, segment: mib, ms: undefined },
    { size: 6 * mib, isIncompressible: true, bandwidth: undefined },
  );
  assert.ok(outlook.is === 'lost');
  assert.match(outlook.why, /6291456 bytes.*4194304 bytes \(retention\.bytes\).*5242880.*segment\.bytes/);
});

test('Time is only compared where the pace is known, and never certain', () => {
  const retention = { bytes: undefined, segment: mib, ms: 10_000 };
  for (const [bandwidth, is] of [
    [undefined, 'kept'],
    [mib, 'kept'],
    [0.9 * mib, 'doubtful'],
  ] as const)
    assert.equal(outlookOf(retention, { size: 10 * mib, isIncompressible: true, bandwidth }).is, is);
});
