/** What FFmpeg says: the last lines that it complained with, which say why it ended, and what it only tells. */

/** Who says it, how much it matters (where that was asked for), and the words. */
const spoken = /^(?:\[[^\]]* @ 0x[0-9a-f]+\] )?(?:\[(panic|fatal|error|warning|info)\] )?(.*)$/;
/** Lines that are kept, and characters of each. */
const mostLines = 12;
const longestLine = 300;

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
    this.#begun = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) this.#keep(line);
  }

  /** One line; empty when nothing was said. The same sentence counts once. */
  summary(): string {
    const lines = new Set([...this.#lines, withoutSecrets(this.#begun.trim())].filter((line) => line !== ''));
    return [...lines].slice(-4).join('; ');
  }

  #keep(line: string): void {
    const [, level, said = ''] = spoken.exec(line.trim().slice(0, longestLine)) ?? [];
    const told = withoutSecrets(said.trim());
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

/** Passwords and keys in addresses are nobody's business. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/:\/\/[^/\s]*@/g, '://***@')
    .replace(
      /\b(passphrase|password|pwd|key|apikey|token|secret|signature|sig|auth|streamid)=[^&\s'"]*/gi,
      '$1=***',
    )
    .replace(/(rtmps?:\/\/[^/\s]+\/[^/\s]+\/)[^\s:'"]+/gi, '$1***');
}
