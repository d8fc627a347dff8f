/** What the demo shows: steps as they are done, and on a terminal two bars while files are under way. */
import { styleText } from 'node:util';
import prettyBytes from 'pretty-bytes';

/** How far one side is. */
export interface Side {
  readonly files: number;
  readonly bytes: number;
  /** Seconds since its beginning. */
  readonly seconds: number;
}

const widestBar = 30;
const narrowestBar = 5;

/** E.g. `Sending    ━━━━━━──────  48 %   123 MB   210 MB/s   17 of 516 files`; the bar gives way in a narrow `room`. Pure. */
export function barLine(
  label: string,
  side: Side,
  total: { files: number; bytes: number },
  room: number,
): string {
  const share = total.bytes === 0 ? 1 : Math.min(1, side.bytes / total.bytes);
  const rate = side.seconds > 0 ? `${prettyBytes(side.bytes / side.seconds)}/s` : '';
  const beside = [
    `${String(Math.floor(share * 100)).padStart(4)} %`,
    prettyBytes(side.bytes).padStart(9),
    rate.padStart(11),
    // The same width all the time: a bar is not to change its own with the count.
    ` ${String(side.files).padStart(String(total.files).length)} of ${total.files} files`,
  ].join(' ');
  const width = Math.max(narrowestBar, Math.min(widestBar, room - 12 - beside.length));
  const full = Math.round(share * width);
  return [label.padEnd(10), '━'.repeat(full) + '─'.repeat(width - full), beside].join(' ');
}

/** Prints to stdout: lines that stay, and beneath them lines that are redrawn. */
export class Display {
  readonly #terminal = process.stdout.isTTY === true;
  #live = 0;

  /** Columns that a line of {@link live} has. */
  get room(): number {
    // Set in, and with one left: a line that wraps could not be redrawn.
    return Math.max(10, (process.stdout.columns ?? 80) - 1) - 2;
  }

  /** A line that stays. */
  line(text = ''): void {
    this.#clear();
    process.stdout.write(text === '' ? '\n' : `  ${text}\n`);
  }

  /** A step that is done. */
  done(text: string): void {
    this.line(`${styleText('green', '✓')} ${text}`);
  }

  failed(text: string): void {
    this.line(`${styleText('red', '✗')} ${text}`);
  }

  heading(text: string): void {
    this.line(styleText('bold', text));
  }

  /** Faint beside the rest. */
  note(text: string): void {
    this.line(styleText('dim', text));
  }

  /** Replaces the live lines; without a terminal there are none. */
  live(lines: readonly string[]): void {
    if (!this.#terminal) return;
    this.#clear();
    process.stdout.write(lines.map((text) => `  ${text.slice(0, this.room)}\n`).join(''));
    this.#live = lines.length;
  }

  #clear(): void {
    if (this.#live > 0) process.stdout.write(`\x1b[${this.#live}A\x1b[J`);
    this.#live = 0;
  }
}
