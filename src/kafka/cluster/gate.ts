/** Holds requests back, in order, while something else must have the connection (or its broker's rest) for itself. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #closers = 0;

  /** Closes the gate until every closer has opened it again by the function that it was given. */
  close(): () => void {
    this.#closers += 1;
    let mine = true;
    return () => {
      if (!mine) return;
      mine = false;
      this.#closers -= 1;
      if (this.#closers === 0) this.release();
    };
  }

  /** Runs now, or when the gate opens. */
  pass(run: () => void): void {
    if (this.#closers > 0) this.#waiting.push(run);
    else run();
  }

  /** Lets all that wait pass now. */
  release(): void {
    for (const run of this.#waiting.splice(0)) run();
  }
}
