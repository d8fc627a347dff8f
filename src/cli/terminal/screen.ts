/**
 * A block of lines that is redrawn at the bottom of a terminal while finished lines scroll away above it. The cursor
 * always stands on the empty line beneath the block, so that a killed process leaves a usable terminal behind.
 */
import { widthOf } from './text.ts';

/** As much of a terminal as the screen needs. */
export interface Terminal {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

const introducer = '\u001b[';
// Terminals that know synchronized output show one whole frame at once; the others ignore it.
const beginFrame = `${introducer}?2026h`;
const endFrame = `${introducer}?2026l`;

export class Screen {
  readonly #terminal: Terminal;
  #drawn: readonly string[] = [];
  #drawnColumns = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get columns(): number {
    return Math.max(1, this.#terminal.columns ?? 80);
  }

  get rows(): number {
    return Math.max(1, this.#terminal.rows ?? 24);
  }

  /** Prints finished lines above, and the block beneath them. Block lines must be narrower than the terminal. */
  draw(finished: readonly string[], block: readonly string[]): void {
    const fitting = block.slice(-Math.max(0, this.rows - 1));
    const columns = this.columns;
    const same = columns === this.#drawnColumns && fitting.join('\n') === this.#drawn.join('\n');
    if (finished.length === 0 && same) return;
    const lines = [...finished, ...fitting].map((line) => `${line}\n`).join('');
    this.#terminal.write(beginFrame + this.#erasure() + lines + endFrame);
    this.#drawn = fitting;
    this.#drawnColumns = columns;
  }

  /** Moves to where the block began and clears from there. A narrowed terminal has wrapped its lines meanwhile. */
  #erasure(): string {
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / this.columns)),
      0,
    );
    const up = Math.min(rows, this.rows - 1);
    return up === 0 ? '' : `\r${introducer}${up}A${introducer}J`;
  }
}
