// @ts-check
/** The last hours, asked for where something of them was missed, and once somebody looks: a title tells nothing of them. */

export class LastHours {
  #ask;
  #isOld = false;

  /** @param {() => Promise<void>} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /** Something of them may have been missed. */
  renew() {
    this.#isOld = true;
    this.look();
  }

  look() {
    if (document.hidden || !this.#isOld) return;
    this.#isOld = false;
    this.#ask().catch(() => {
      this.#isOld = true;
    });
  }
}
