import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStyle } from '../terminal/style.ts';
import { amountOf, terminalReading } from './reading-reporter.ts';

const style = createStyle({ color: false, unicode: true });
const output = { json: false, quiet: false };

/** What stands on a terminal of 30 columns in the end. */
function terminal() {
  const written: string[] = [];
  return { written, columns: 30, rows: 24, write: (text: string) => written.push(text) };
}

test('a terminal has the log, and below it how far it is', () => {
  const screen = terminal();
  const progress = (event: { type: string; segments?: number }) =>
    event.type === 'progress' ? `${event.segments} segments, more than a line has room for` : undefined;
  const reporter = terminalReading({ output, progress, style, terminal: screen });
  reporter.onEvent({ type: 'progress', segments: 1 });
  assert.match(screen.written.at(-1) ?? '', / ↓ 1 segments, more than a l…\n/);
  reporter.onEvent({ type: 'gap' });
  assert.match(
    screen.written.at(-1) ?? '',
    /! the stream has a gap\n ↓ 1 segments/,
    'a line of the log stands above',
  );
  reporter.close();
  assert.doesNotMatch(screen.written.at(-1) ?? '', /segments/, 'it is taken away');
  const count = screen.written.length;
  reporter.close();
  assert.equal(screen.written.length, count, 'once');
});

test('--quiet has none', () => {
  const screen = terminal();
  const reporter = terminalReading({
    output: { ...output, quiet: true },
    progress: () => 'on',
    style,
    terminal: screen,
  });
  reporter.onEvent({ type: 'progress' });
  assert.deepEqual(screen.written, []);
});

test('amounts', () => {
  assert.equal(amountOf({ segments: 1, seconds: 2, bytes: 1000, gaps: 0 }), '2s, 1 segment, 1 kB');
  assert.equal(amountOf({ segments: 3, seconds: 6, bytes: 1000, gaps: 1 }), '6s, 3 segments, 1 kB, 1 gap');
});
