import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServeEvent } from '../delivery/serve-options.ts';
import { serveLine, serveLogEntry, viewersLine } from './serve-reporter.ts';
import { createStyle } from './terminal/style.ts';

const style = createStyle({ color: false, unicode: true });
const serving: ServeEvent = { type: 'serving', url: 'http://127.0.0.1:8080', topic: 'live' };

test('What a server tells on a terminal', () => {
  const table: readonly (readonly [ServeEvent, string | undefined])[] = [
    [serving, '✓ Serving topic live at http://127.0.0.1:8080/'],
    [{ type: 'stream', stream: 'cam', state: 'live' }, '✓ cam is live'],
    [{ type: 'stream', stream: 'cam', state: 'ended' }, '· cam is over; it can still be watched'],
    [{ type: 'stream', stream: 'cam', state: 'gone' }, '· cam is gone'],
    [{ type: 'waiting', message: 'no broker answers' }, '! no broker answers'],
    [{ type: 'viewers', viewers: 1, streams: { cam: 1 } }, undefined],
  ];
  for (const [event, line] of table) assert.equal(serveLine(event, style), line);
});

test('Who watches', () => {
  const line = (streams: Record<string, number>) => {
    const viewers = Object.values(streams).reduce((sum, count) => sum + count, 0);
    return viewersLine({ type: 'viewers', viewers, streams }, style);
  };
  assert.equal(line({}), '0 viewers');
  assert.equal(line({ cam: 1 }), '1 viewer');
  assert.equal(line({ cam: 1200, door: 3 }), '1,203 viewers · cam 1,200, door 3');
});

test('The same in a log', () => {
  assert.deepEqual(serveLogEntry(serving), {
    level: 'info',
    fields: { url: 'http://127.0.0.1:8080', topic: 'live' },
    message: 'serving',
  });
  assert.equal(serveLogEntry({ type: 'warning', message: 'x' }).level, 'warn');
  assert.equal(serveLogEntry({ type: 'viewers', viewers: 0, streams: {} }).level, 'debug');
});
