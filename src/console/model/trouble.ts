/** Why what is shown may not be how it is: Kafka is away, or something may not be read. */
import type { KafkaStatus } from '../../kafka/contract.ts';

export class Trouble {
  readonly #messages = new Map<string, string>();
  readonly #onChange: (message: string | undefined) => void;
  #told: string | undefined;

  /** `onChange` is told the message whenever it is another; undefined: all is well. */
  constructor(onChange: (message: string | undefined) => void) {
    this.#onChange = onChange;
  }

  get message(): string | undefined {
    // That nobody can be reached explains all else.
    return this.#messages.get('kafka') ?? this.#messages.values().next().value;
  }

  /** Kafka cannot be reached. */
  get isAway(): boolean {
    return this.#messages.has('kafka');
  }

  onStatus({ state, message }: KafkaStatus): void {
    if (state === 'unreachable') this.is('kafka', message);
    else if (state === 'connected') this.over('kafka');
  }

  /** `what` has this trouble. */
  is(what: string, message: string): void {
    this.#messages.set(what, message);
    this.#tell();
  }

  over(what: string): void {
    this.#messages.delete(what);
    this.#tell();
  }

  #tell(): void {
    const { message } = this;
    if (message === this.#told) return;
    this.#told = message;
    this.#onChange(message);
  }
}
