/** The last lines that FFmpeg complained with: they say why it ended. */

/** Lines that are kept, and characters of each. */
const mostLines = 12;
const longestLine = 300;

export class Complaints {
  readonly #lines: string[] = [];
  readonly #onLine: (line: string) => void;
  #begun = '';

  /** `onLine`: is told every line, without secrets. */
  constructor(onLine: (line: string) => void = () => {}) {
    this.#onLine = onLine;
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
    const told = withoutSecrets(line.trim().slice(0, longestLine)).replace(/^\[[^\]]* @ 0x[0-9a-f]+\] /, '');
    if (told === '') return;
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
