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

const barWidth = 30;

/** E.g. `Sending    ━━━━━━──────  48 %   123 MB   210 MB/s   17 of 516 files`. Pure. */
export function barLine(label: string, side: Side, total: { files: number; bytes: number }): string {
  const share = total.bytes === 0 ? 1 : Math.min(1, side.bytes / total.bytes);
  const full = Math.round(share * barWidth);
  const rate = side.seconds > 0 ? `${prettyBytes(side.bytes / side.seconds)}/s` : '';
  return [
    label.padEnd(10),
    '━'.repeat(full) + '─'.repeat(barWidth - full),
    `${String(Math.floor(share * 100)).padStart(4)} %`,
    prettyBytes(side.bytes).padStart(9),
    rate.padStart(11),
    ` ${side.files} of ${total.files} files`,
  ].join(' ');
}

/** Prints to stdout: lines that stay, and beneath them lines that are redrawn. */
export class Display {
  readonly #terminal = process.stdout.isTTY === true;
  #live = 0;

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
    // A line that wraps could not be redrawn.
    const width = Math.max(10, process.stdout.columns - 1);
    process.stdout.write(lines.map((text) => `${`  ${text}`.slice(0, width)}\n`).join(''));
    this.#live = lines.length;
  }

  #clear(): void {
    if (this.#live > 0) process.stdout.write(`\x1b[${this.#live}A\x1b[J`);
    this.#live = 0;
  }
}
