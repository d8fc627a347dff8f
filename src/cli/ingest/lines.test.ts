import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IngestEvent } from '../../live/ingest/events.ts';
import { createStyle } from '../terminal/style.ts';
import { keyLine } from './key-list.ts';
import { ingestLine, ingestLogEntry, statusText } from './lines.ts';

const style = createStyle({ color: false, unicode: false });
const sender = { stream: 'cam', protocol: 'rtmp', address: '192.0.2.7:1' } as const;

test('Events as lines on a terminal and in a log', () => {
  const table: readonly (readonly [IngestEvent, string | undefined, string])[] = [
    [
      { type: 'listening', protocol: 'rtmp', port: 1935, url: 'rtmp://HOST:1935/live/STREAM?key=KEY' },
      '* Senders may come: rtmp://HOST:1935/live/STREAM?key=KEY',
      'info listening',
    ],
    [{ type: 'sender', state: 'lost', ...sender, message: 'cut\u0007' }, 'cam: cut\\x07', 'warn cut\u0007'],
    [{ type: 'sender', state: 'took-over', ...sender, message: 'next' }, '* cam: next', 'warn next'],
    [{ type: 'refused', why: 'denied', ...sender, message: 'no' }, '! no', 'warn no'],
    [{ type: 'stream-failed', stream: 'cam', message: 'bad' }, 'x bad', 'error bad'],
    [{ type: 'warning', stream: 'cam', message: 'slow' }, '! cam: slow', 'warn slow'],
    [{ type: 'ended', stream: 'cam', state: 'ended', media: 3 }, undefined, 'info ended'],
    [{ type: 'waiting', on: 'kafka', message: 'away' }, '! away', 'warn away'],
    [{ type: 'resumed', on: 'kafka', message: 'back' }, 'back', 'info back'],
  ];
  for (const [event, line, log] of table) {
    const shown = ingestLine(event, style);
    assert.ok(
      line === undefined ? shown === undefined : shown?.endsWith(line.replace(/^\* /, '')),
      `${shown}`,
    );
    const { level, message } = ingestLogEntry(event);
    assert.equal(`${level} ${message}`, log);
  }
  const entry = ingestLogEntry({ type: 'warning', stream: 'cam', message: 'slow' });
  assert.deepEqual(entry.fields, { stream: 'cam' });
});

test('The status line, and a key', () => {
  assert.equal(statusText(new Map(), style), 'nobody sends');
  assert.equal(
    statusText(
      new Map([
        ['cam', 2.4e6],
        ['two', 800e3],
      ]),
      style,
    ),
    'cam 2.4 Mb/s - two 800 kb/s',
  );
  const key = { digest: 'a'.repeat(64), streams: 'cam-*', name: 'north', created: 1_790_000_000_000 };
  assert.equal(keyLine(key, 0), 'aaaaaaaaaaaa  cam-*  "north"  since 2026-09-21 14:13 UTC');
  const ends = { ...key, name: '', expires: 1_790_000_060_000 };
  assert.match(keyLine(ends, 0), /, until 2026-09-21 14:14 UTC$/);
  assert.match(keyLine({ ...key, expires: 9e15 }, 0), /, until \+275760-09-13 00:00 UTC$/);
  assert.match(keyLine(ends, 1_790_000_060_000), /, over since 2026-09-21 14:14 UTC$/);
});
