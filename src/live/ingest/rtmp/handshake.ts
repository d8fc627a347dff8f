/** The handshake of RTMP (section 5.2), in its plain form: senders that sign theirs take an answer that is not signed. Pure but for the random bytes. */
import { randomBytes } from 'node:crypto';
import { FormatError } from '../../../errors.ts';

const version = 3;
const size = 1536;

export interface HandshakeStep {
  /** What is to be answered. */
  readonly answer: Buffer | undefined;
  /** Bytes behind the handshake; undefined: it is not over. */
  readonly rest: Buffer | undefined;
}

export class Handshake {
  #waiting: Buffer = Buffer.alloc(0);
  #answered = false;

  /** Throws FormatError for what is no RTMP: at the first byte. */
  push(slice: Buffer): HandshakeStep {
    this.#waiting = Buffer.concat([this.#waiting, slice]);
    const [first] = this.#waiting;
    // RTMPE (6) and whatever else begins with its own number.
    if (first !== undefined && first !== version) throw new FormatError('what came is no RTMP');
    if (this.#waiting.length < 1 + size) return { answer: undefined, rest: undefined };
    const answer = this.#answered ? undefined : answerTo(this.#waiting.subarray(1, 1 + size));
    this.#answered = true;
    if (this.#waiting.length < 1 + 2 * size) return { answer, rest: undefined };
    return { answer, rest: this.#waiting.subarray(1 + 2 * size) };
  }
}

/** S0, S1 and S2. What the peer answers to S1 says nothing of it, and is not looked at. */
function answerTo(peers: Buffer): Buffer {
  const own = Buffer.concat([Buffer.alloc(8), randomBytes(size - 8)]);
  return Buffer.concat([Buffer.from([version]), own, peers]);
}
