import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileFacts } from './file-rows.ts';
import { FileTable } from './file-table.ts';
import { FilesView } from './files-view.ts';
import { ReportsTable } from './reports-table.ts';

const upload = (version: number) => version.toString(16).padStart(32, '0');

function facts(version: number): FileFacts {
  const place = { partition: 0, last: version, isLocked: false };
  return { state: 'sent', size: 1, done: 1, mtime: 1, at: version, upload: upload(version), ...place };
}

test('What became of a former version of a file says nothing of the one that is there now', () => {
  const table = new FileTable();
  const reports = new ReportsTable();
  const view = new FilesView(table, reports, () => new Map());
  for (const path of ['newer', 'same', 'unknown']) table.set('till', path, facts(7));
  const failures = [
    { path: 'till/newer', state: 'failed', reason: 'torn', at: 5, upload: upload(6) },
    { path: 'till/same', state: 'failed', reason: 'torn', at: 5, upload: upload(7) },
    { path: 'till/unknown', state: 'parked', reason: 'a folder is there', at: 5 },
  ];
  const report = { v: 1, name: 'office', state: 'running', lasts: 1000, failures };
  const record = { key: Buffer.from('downloader/office'), value: Buffer.from(JSON.stringify(report)) };
  reports.take('files.reports', record as never, 1);
  const states = (state?: 'sent' | 'failed' | 'parked') =>
    view.page(state === undefined ? {} : { state }).files.map((row) => [row.path, row.state]);
  assert.deepEqual(states().toSorted(), [
    ['newer', 'sent'],
    ['same', 'failed'],
    ['unknown', 'parked'],
  ]);
  assert.deepEqual(states('sent'), [['newer', 'sent']]);
  assert.deepEqual(states('failed'), [['same', 'failed']]);
  assert.deepEqual(states('parked'), [['unknown', 'parked']]);
});
