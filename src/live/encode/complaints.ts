/** What FFmpeg says: the last lines that it complained with, which say why it ended, and what it only tells. */

import { withoutSecrets } from '../../secrets.ts';

/** Who says it, a part of a part perhaps, how much it matters (where that was asked for), and the words. */
const spoken = /^(?:\[[^\]]* @ 0x[0-9a-f]+\] )*(?:\[(panic|fatal|error|warning|info)\] )?(.*)$/;
/** Lines that are kept, and characters of each. */
const mostLines = 12;
const longestLine = 300;
/** Of a line that has not come to its end. */
const longestBegun = 16_384;

export class Complaints {
  readonly #lines: string[] = [];
  readonly #onLine: (line: string) => void;
  readonly #onTold: (line: string) => void;
  #begun = '';

  /** `onLine`: is told every complaint, `onTold` every line that is none (where FFmpeg was asked for them); without secrets. */
  constructor(onLine: (line: string) => void = () => {}, onTold: (line: string) => void = () => {}) {
    this.#onLine = onLine;
    this.#onTold = onTold;
  }

  push(text: string): void {
    const lines = (this.#begun + text).split(/[\r\n]+/);
    this.#begun = (lines.pop() ?? '').slice(0, longestBegun);
    for (const line of lines) this.#keep(line);
  }

  /** One line; empty when nothing was said. The same sentence counts once. */
  summary(): string {
    const lines = new Set([...this.#lines, shownLine(this.#begun)].filter((line) => line !== ''));
    return [...lines].slice(-4).join('; ');
  }

  #keep(line: string): void {
    const [, level, said = ''] = spoken.exec(shownLine(line)) ?? [];
    const told = said.trim();
    if (told === '') return;
    if (level === 'info') {
      this.#onTold(told);
      return;
    }
    this.#onLine(told);
    this.#lines.push(told);
    if (this.#lines.length > mostLines) this.#lines.shift();
  }
}

/** Cut when its secrets are out: the beginning of one would not be known for what it is. */
function shownLine(line: string): string {
  return withoutSecrets(line.trim()).slice(0, longestLine);
}
