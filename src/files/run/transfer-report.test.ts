import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailedEvent } from '../shared/events.ts';
import { TransferReport } from './transfer-report.ts';

const secret = 'salaries/boss.xls';

function failed(reason: FailedEvent['reason']): FailedEvent {
  const message = `cannot write ${secret}`;
  return { type: 'failed', uploader: 'till', path: secret, upload: 'u', reason, message };
}

test('What failed is named with its reason, and no more once it has made it', () => {
  const report = new TransferReport({ topic: 'files', uploader: 'till', isSecret: false });
  report.see({ type: 'not-sent', path: 'a', reason: 'busy', again: true });
  report.see({ type: 'not-sent', path: 'b', reason: 'locked', again: false });
  report.see({ type: 'waiting', on: 'disk', message: 'no room' });
  const { failures, files, waiting } = report.told();
  assert.deepEqual([files?.failed, files?.parked, waiting], [1, 1, 'no room']);
  assert.deepEqual(
    failures?.map(({ path, state, reason }) => [path, state, reason]),
    [
      ['till/a', 'parked', 'busy'],
      ['till/b', 'failed', 'locked'],
    ],
  );
  const sent = { type: 'sent', upload: 'u', size: 3, digest: 'md5:0', resumedFrom: 0, seconds: 1 } as const;
  for (const path of ['a', 'b']) report.see({ ...sent, path });
  assert.equal(report.told().failures, undefined);
  assert.deepEqual([report.told().files?.done, report.told().files?.bytes], [2, 6]);
});

test('Where names are secret, no report has one', () => {
  const report = new TransferReport({ topic: 'files', isSecret: true });
  report.see(failed('digest-mismatch'));
  report.see({ ...failed('sink'), path: 'other' });
  report.see({ type: 'waiting', on: 'sink', message: `no room for ${secret}` });
  const inFlight = [{ path: secret, size: 2, done: 1 }];
  const moved = { bytesDone: 1, bytesTotal: 2, records: 1, wireBytes: 1, inFlight };
  report.see({ type: 'progress', filesDone: 0, filesFailed: 1, filesOpen: 1, ...moved });
  const told = report.told();
  assert.deepEqual([told.files?.failed, told.files?.parked], [1, 1]);
  assert.ok(!JSON.stringify(told).includes('boss'), JSON.stringify(told));
});
