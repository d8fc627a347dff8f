import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Screen } from './screen.ts';

/** A terminal that knows what the screen uses, and re-wraps its lines when it becomes narrower, as real ones do. */
class PaperTerminal {
  columns = 20;
  rows = 6;
  #lines: string[] = [''];

  write(text: string): void {
    const start = String.fromCharCode(27);
    for (const [token] of text.matchAll(
      new RegExp(`${start}\\[[?\\d]*[A-Za-z]|\\r|\\n|[^\\r\\n${start}]+`, 'g'),
    )) {
      if (token === '\n') this.#lines.push('');
      else if (token.endsWith('A') && token.startsWith(start)) this.#up(Number(token.slice(2, -1)));
      else if (!token.startsWith(start) && token !== '\r') this.#lines[this.#lines.length - 1] += token;
    }
  }

  /** Up by rows of the screen, then everything below is cleared: the screen always does both. */
  #up(count: number): void {
    const wrapped = this.shown();
    this.#lines = [...wrapped.slice(0, wrapped.length - 1 - count), ''];
  }

  shown(): string[] {
    return this.#lines.flatMap((line) => line.match(new RegExp(`.{1,${this.columns}}`, 'g')) ?? ['']);
  }
}

test('finished lines stay above, the block is redrawn beneath', () => {
  const terminal = new PaperTerminal();
  const screen = new Screen(terminal);
  screen.draw([], ['bar a 10%', 'total']);
  screen.draw(['done x'], ['bar a 50%', 'total']);
  screen.draw(['done y'], ['total']);
  assert.deepEqual(terminal.shown(), ['done x', 'done y', 'total', '']);
  screen.draw(['summary'], []);
  assert.deepEqual(terminal.shown(), ['done x', 'done y', 'summary', '']);
});

test('a terminal that became narrower has wrapped the block; all its rows go', () => {
  const terminal = new PaperTerminal();
  const screen = new Screen(terminal);
  screen.draw(['done'], ['0123456789abcdefgh', '0123456789']);
  terminal.columns = 8;
  screen.draw([], ['new']);
  assert.deepEqual(terminal.shown(), ['done', 'new', '']);
});

test('a block higher than the terminal shows its end', () => {
  const terminal = new PaperTerminal();
  terminal.rows = 3;
  new Screen(terminal).draw([], ['1', '2', '3', '4']);
  assert.deepEqual(terminal.shown(), ['3', '4', '']);
});

test('nothing is written when nothing has changed', () => {
  const terminal = new PaperTerminal();
  const screen = new Screen(terminal);
  screen.draw([], ['same']);
  terminal.write = () => assert.fail('written again');
  screen.draw([], ['same']);
});
