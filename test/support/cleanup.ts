/** What is closed at the end of something that is no test: the newest first. */
export class Cleanup {
  readonly #closings: (() => unknown)[] = [];

  after(close: () => unknown): void {
    this.#closings.push(close);
  }

  /** Runs all of them, also where one fails; rejects with the first failure. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closings.pop(); close !== undefined; close = this.#closings.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
