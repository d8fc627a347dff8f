/** The bits of a parameter set of H.264 or HEVC (ITU-T H.264 and H.265, 7.2 and 9.1), one field after the other, never behind its end. */
import { FormatError } from '../../errors.ts';

/** Every method throws FormatError when the set ends before the field does. */
export class Bits {
  readonly #bytes: Buffer;
  #bit = 0;

  /** `unit`: the payload of a NAL unit, behind its header. */
  constructor(unit: Buffer) {
    this.#bytes = withoutEmulation(unit);
  }

  /** An unsigned number of up to 32 bits: u(n). */
  number(bits: number): number {
    let value = 0;
    for (let count = 0; count < bits; count++) value = value * 2 + this.#next();
    return value;
  }

  flag(): boolean {
    return this.#next() === 1;
  }

  skip(bits: number): void {
    if (this.#bit + bits > this.#bytes.length * 8) throw new FormatError('a parameter set is cut off');
    this.#bit += bits;
  }

  /** An Exp-Golomb number: ue(v). */
  golomb(): number {
    let zeros = 0;
    while (this.#next() === 0)
      if (++zeros > 31) throw new FormatError('a parameter set has a damaged number');
    return 2 ** zeros - 1 + this.number(zeros);
  }

  /** So many Exp-Golomb numbers whose values do not matter; of se(v) as well. */
  skipGolombs(count: number): void {
    for (let index = 0; index < count; index++) this.golomb();
  }

  #next(): number {
    const byte = this.#bytes[this.#bit >> 3];
    if (byte === undefined) throw new FormatError('a parameter set is cut off');
    return (byte >> (7 - (this.#bit++ & 7))) & 1;
  }
}

/** A 3 behind two zeros only keeps them from looking like the begin of a unit (7.4.1). */
function withoutEmulation(unit: Buffer): Buffer {
  return Buffer.from(unit.filter((byte, at) => !(byte === 3 && unit[at - 1] === 0 && unit[at - 2] === 0)));
}
