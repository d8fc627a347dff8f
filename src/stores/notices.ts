/** What a store has to say for itself, each thing once, also to who listens later. */
export class Notices {
  readonly #said = new Map<string, string>();
  #tell: ((message: string) => void) | undefined;

  /** `about` names the thing: what was said about it is not said again. */
  say(about: string, message: string): void {
    if (this.#said.has(about)) return;
    this.#said.set(about, message);
    this.#tell?.(message);
  }

  /** From now on, and what was said before. */
  listen(tell: (message: string) => void): void {
    this.#tell = tell;
    for (const message of this.#said.values()) tell(message);
  }
}
