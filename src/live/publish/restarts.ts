/** When a failed encoder begins anew: soon after the first failure, later after each that follows at once. Pure. */
import { ConfigurationError } from '../../errors.ts';

/** Milliseconds. */
const first = 250;
const last = 10_000;
/** A run that lasted so long was well: the next failure is the first again. */
const wellAfter = 30_000;

export interface EndedRun {
  readonly error: Error;
  /** Milliseconds that it lasted. */
  readonly lasted: number;
  /** It gave a part. */
  readonly gave: boolean;
  /** Seconds of media that it gave. */
  readonly reached: number;
}

export interface RestartOptions {
  /** The input may be there later although it never was (somebody else's server, a sender that is awaited). */
  readonly canReturn: boolean;
  /** Every run reads the same bytes from the same beginning: a local file. */
  readonly isRepeated: boolean;
}

/** Seconds within which two runs ended at the same place: FFmpeg does not always give the last part that it has. */
const samePlace = 0.5;

export class Restarts {
  readonly #options: RestartOptions;
  #failures = 0;
  #count = 0;
  #reached: number | undefined;

  constructor(options: RestartOptions) {
    this.#options = options;
  }

  /** How often the encoder was to begin anew. */
  get count(): number {
    return this.#count;
  }

  /** A run was well: the next failure is the first again. */
  forget(): void {
    this.#failures = 0;
  }

  /** Milliseconds to wait; undefined: it will never work, and the error is final. `random`: 0 to 1. */
  after(ended: EndedRun, random: number = Math.random()): number | undefined {
    const { error, lasted, gave } = ended;
    const never = this.#count === 0 && !gave;
    if (never && (error instanceof ConfigurationError || !this.#options.canReturn)) return undefined;
    if (this.#failedThereBefore(ended)) return undefined;
    this.#failures = lasted >= wellAfter ? 1 : this.#failures + 1;
    this.#count += 1;
    const full = Math.min(last, first * 2 ** Math.min(this.#failures - 1, 16));
    return full * (0.5 + random / 2);
  }

  /** What fails again at the same place of a file is no outage: the third time it would, too. */
  #failedThereBefore({ gave, reached }: EndedRun): boolean {
    const before = this.#reached;
    this.#reached = gave ? reached : undefined;
    return this.#options.isRepeated && gave && before !== undefined && Math.abs(before - reached) < samePlace;
  }
}
