import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sections, Totals } from '../contract.ts';
import { SectionChanges } from './changes.ts';
import { EndsOverTime } from './ends-over-time.ts';
import { HistoryRing } from './history-ring.ts';
import { Trouble } from './trouble.ts';

test('How old a record is, by where partitions ended when', () => {
  const ends = new EndsOverTime(10);
  assert.equal(ends.appended(0, 0), undefined);
  assert.equal(ends.growth(1000), undefined);
  for (const [at, end] of [
    [1000, 5],
    [2000, 5],
    [3000, 8],
    [4000, 20],
  ] as const)
    ends.note(at, new Map([[0, end]]));
  assert.equal(ends.appended(0, 4), undefined, 'before anybody looked');
  assert.equal(ends.appended(0, 5), 3000);
  assert.equal(ends.appended(0, 7), 3000);
  assert.equal(ends.appended(0, 8), 4000);
  assert.equal(ends.appended(0, 20), undefined, 'not yet');
  assert.equal(ends.growth(1000), 12);
  assert.equal(ends.growth(60_000), 5);
  ends.note(5000, new Map([[0, 2]]));
  assert.equal(ends.since, 5000, 'it went back: it is another topic');
  for (let at = 6000; at < 100_000; at += 1000) ends.note(at, new Map([[0, at]]));
  assert.ok((ends.since ?? 0) >= 88_000);
});

test('The history keeps the last points, and what nobody knew is null', () => {
  const ring = new HistoryRing(3);
  const totals: Totals = {
    ...{ sendingFiles: 0, failedFiles: 0, parkedFiles: 0, liveStreams: 0, filesRate: 0, liveRate: 0 },
  };
  assert.deepEqual(ring.history().at, []);
  for (const at of [1, 2, 3, 4])
    ring.push(at, { ...totals, sendingFiles: at, ...(at > 2 ? { viewers: 7 } : {}) });
  const { at, series } = ring.history();
  assert.deepEqual(
    [at, series.sendingFiles, series.viewers],
    [
      [2, 3, 4],
      [2, 3, 4],
      [null, 7, 7],
    ],
  );
});

test('Rows are told when they have become others, and when they are gone', () => {
  const changes = new SectionChanges();
  const row = { id: 'a', state: 'ended', sentFiles: 1, sentBytes: 1, sendingFiles: 0 } as const;
  const sections: Sections = {
    uploaders: [row, { ...row, id: 'b' }],
    downloaders: [],
    streams: [],
    topics: [],
  };
  assert.deepEqual(changes.since(sections), { uploaders: sections.uploaders });
  assert.equal(changes.since(sections), undefined);
  assert.deepEqual(changes.since({ ...sections, uploaders: [{ ...row, sentFiles: 2 }] }), {
    uploaders: [{ ...row, sentFiles: 2 }],
    gone: { uploaders: ['b'] },
  });
});

test('That Kafka is away is told before all else, and once', () => {
  const told: (string | undefined)[] = [];
  const trouble = new Trouble((message) => told.push(message));
  trouble.is('files.state', 'no right');
  assert.equal(trouble.isAway, false, 'it is there, and says no');
  trouble.onStatus({ state: 'unreachable', message: 'no broker answers', since: 0 });
  trouble.onStatus({ state: 'unreachable', message: 'no broker answers', since: 0 });
  assert.deepEqual([trouble.message, trouble.isAway], ['no broker answers', true]);
  trouble.onStatus({ state: 'connected', message: 'there', since: 1 });
  trouble.over('files.state');
  trouble.over('files.state');
  assert.deepEqual(told, ['no right', 'no broker answers', 'no right', undefined]);
});
