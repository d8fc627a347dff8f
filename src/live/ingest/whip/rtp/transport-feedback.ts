/**
 * When each packet of a transport has arrived, as its sender needs it to find out how much the way carries
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1). Browsers send at a few hundred kilobits a second until they are told. Pure.
 */
import { feedback } from './rtcp.ts';
import { Unwrapper } from './unwrap.ts';

/** Units of 250 microseconds. */
const tick = 0.25;
/** The base of all times: units of 64 milliseconds. */
const baseTick = 64;
/** Packets that one message speaks of: what comes in a second at ten megabits. */
const most = 1200;

export class TransportFeedback {
  readonly #arrivals = new Map<number, number>();
  readonly #sequences = new Unwrapper(16);
  /** The first packet that was not spoken of yet. */
  #next: number | undefined;
  #count = 0;

  /** Packets that came and were not spoken of yet. */
  get waiting(): number {
    return this.#arrivals.size;
  }

  /** `now`: milliseconds of a clock that does not go back. */
  push(sequence: number, now: number): void {
    const whole = this.#sequences.next(sequence);
    // Of what was spoken of already the sender thinks that it is lost; saying more would help nobody.
    if (this.#next !== undefined && whole < this.#next) return;
    if (this.#arrivals.has(whole)) return;
    this.#arrivals.set(whole, now);
    // Nobody takes before there are media, and what comes may be none for ever.
    if (this.#arrivals.size > most) this.#arrivals.delete(this.#arrivals.keys().next().value!);
  }

  /** The message about all packets since the last one; undefined where none has come. `ssrc`: of any media of the sender. */
  take(ssrc: number): Buffer | undefined {
    if (this.#arrivals.size === 0) return undefined;
    const came = [...this.#arrivals.keys()].sort((one, other) => one - other);
    const last = came.at(-1)!;
    const first = Math.max(this.#next ?? came[0]!, last - most + 1);
    const begin = this.#arrivals.get(came.find((sequence) => sequence >= first)!)!;
    const base = Math.floor(begin / baseTick);
    const symbols: number[] = [];
    const deltas: number[] = [];
    let before = Math.round((base * baseTick) / tick);
    let end = first;
    for (; end <= last; end += 1) {
      const at = this.#arrivals.get(end);
      if (at === undefined) {
        symbols.push(symbol.none);
        continue;
      }
      const ticks = Math.round(at / tick);
      const delta = ticks - before;
      // What no delta can say begins the next message.
      if (delta < -32_768 || delta > 32_767) break;
      symbols.push(delta >= 0 && delta <= 255 ? symbol.small : symbol.large);
      deltas.push(delta);
      before = ticks;
    }
    for (const sequence of came) if (sequence < end) this.#arrivals.delete(sequence);
    this.#next = end;
    return feedback('transport', 15, ssrc, message(first, base, this.#count++, symbols, deltas));
  }
}

const symbol = { none: 0, small: 1, large: 2 } as const;

function message(
  first: number,
  base: number,
  count: number,
  symbols: readonly number[],
  deltas: readonly number[],
): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(first & 0xffff, 0);
  head.writeUInt16BE(symbols.length, 2);
  // 24 bits, which begin again after twelve days.
  head.writeUIntBE(base % 2 ** 24, 4, 3);
  head[7] = count & 0xff;
  const times = deltas.map((delta) => {
    const isSmall = delta >= 0 && delta <= 255;
    const bytes = Buffer.alloc(isSmall ? 1 : 2);
    if (isSmall) bytes[0] = delta;
    else bytes.writeInt16BE(delta, 0);
    return bytes;
  });
  const bytes = Buffer.concat([head, ...chunksOf(symbols), ...times]);
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** Runs of one symbol where they are long, and seven symbols of two bits each elsewhere. */
function* chunksOf(symbols: readonly number[]): Generator<Buffer> {
  const vector = 7;
  for (let at = 0; at < symbols.length; ) {
    const one = symbols[at]!;
    let run = 1;
    while (at + run < symbols.length && run < 0x1fff && symbols[at + run] === one) run += 1;
    const chunk = Buffer.alloc(2);
    if (run >= vector) {
      chunk.writeUInt16BE((one << 13) | run, 0);
      at += run;
    } else {
      let bits = 0b11 << 14;
      for (let index = 0; index < vector; index += 1)
        bits |= (symbols[at + index] ?? symbol.none) << (12 - 2 * index);
      chunk.writeUInt16BE(bits, 0);
      at += vector;
    }
    yield chunk;
  }
}
