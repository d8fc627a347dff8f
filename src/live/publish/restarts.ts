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
}

export class Restarts {
  readonly #canReturn: boolean;
  #failures = 0;
  #count = 0;

  /** `canReturn`: the input may be there later although it never was (somebody else's server, a sender that is awaited). */
  constructor(canReturn: boolean) {
    this.#canReturn = canReturn;
  }

  /** How often the encoder was to begin anew. */
  get count(): number {
    return this.#count;
  }

  /** Milliseconds to wait; undefined: it will never work, and the error is final. `random`: 0 to 1. */
  after({ error, lasted, gave }: EndedRun, random: number = Math.random()): number | undefined {
    const never = this.#count === 0 && !gave;
    if (never && (error instanceof ConfigurationError || !this.#canReturn)) return undefined;
    this.#failures = lasted >= wellAfter ? 1 : this.#failures + 1;
    this.#count += 1;
    const full = Math.min(last, first * 2 ** Math.min(this.#failures - 1, 16));
    return full * (0.5 + random / 2);
  }
}
