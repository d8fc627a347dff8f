/** Steps of a walk, of which one may take as long as it likes: whoever waits for it can turn to something else, and comes back to the same step. */

type Came<T> = { readonly step: T } | { readonly error: unknown };

export class Steps<T> {
  #isUnderWay = false;
  #came: Came<T> | undefined;
  #wake = (): void => {};

  /**
   * Resolves with what `begin` does, or rejects with that; with 'turn', when `isCalled` is true before it has come: then it is still under way, and
   * the next call waits for it, and begins nothing. Who is to be called says {@link wake}.
   */
  async next(begin: () => Promise<T>, isCalled: () => boolean): Promise<T | 'turn'> {
    if (!this.#isUnderWay) {
      this.#isUnderWay = true;
      begin().then(
        (step) => this.#arrive({ step }),
        (error: unknown) => this.#arrive({ error }),
      );
    }
    if (this.#came === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          if (this.#came !== undefined || isCalled()) resolve();
        };
      });
    const came = this.#came;
    if (came === undefined) return 'turn';
    this.#came = undefined;
    this.#isUnderWay = false;
    if ('error' in came) throw came.error;
    return came.step;
  }

  /** Something may be due. */
  wake(): void {
    this.#wake();
  }

  #arrive(came: Came<T>): void {
    this.#came = came;
    this.#wake();
  }
}
