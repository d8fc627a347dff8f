/**
 * How much may be read in vain, to find out whether it was sent before: so much at first, and a share of what is sent. Where files of one
 * size are all different, as those of a camera may be, looking soon costs nothing any more. Pure.
 */
const atFirst = 64 * 1024 * 1024;
const share = 1 / 32;

export class ReadAllowance {
  #left = atFirst;

  /** True while a file may be read before it is sent, however large it is. */
  get isLeft(): boolean {
    return this.#left > 0;
  }

  /** A file was read, and is to be sent all the same. */
  inVain(bytes: number): void {
    this.#left -= bytes;
  }

  sent(bytes: number): void {
    this.#left = Math.min(atFirst, this.#left + bytes * share);
  }
}
