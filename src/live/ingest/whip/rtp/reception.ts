/** What a receiver counts of one source, for its reports (RFC 3550, 6.4.1 and A.8). Pure. */
import type { RtpPacket } from './packet.ts';
import type { Reception, SenderReport } from './rtcp.ts';

export class ReceptionCount {
  readonly #rate: number;
  readonly #ssrc: number;
  #first: number | undefined;
  #highest = 0;
  #received = 0;
  #jitter = 0;
  #transit: number | undefined;
  #report: { readonly shortTime: number; readonly at: number } | undefined;
  #before = { expected: 0, received: 0 };

  /** `rate`: of the media's clock, a second. */
  constructor(ssrc: number, rate: number) {
    this.#ssrc = ssrc;
    this.#rate = rate;
  }

  /** `sequence`: as a number that does not begin again. Milliseconds. */
  push(sequence: number, { timestamp }: RtpPacket, now: number): void {
    this.#first ??= sequence;
    this.#received += 1;
    this.#highest = Math.max(this.#highest, sequence);
    const transit = (now * this.#rate) / 1000 - timestamp;
    const change = this.#transit === undefined ? 0 : Math.abs(transit - this.#transit);
    this.#transit = transit;
    // A timestamp that begins again at zero is no jitter.
    if (change < this.#rate * 10) this.#jitter += (change - this.#jitter) / 16;
  }

  note({ shortTime }: SenderReport, now: number): void {
    this.#report = { shortTime, at: now };
  }

  /** Undefined: nothing has come yet. The fraction that is lost counts from one of these to the next. */
  take(now: number): Reception | undefined {
    if (this.#first === undefined) return undefined;
    const expected = this.#highest - this.#first + 1;
    const [more, came] = [expected - this.#before.expected, this.#received - this.#before.received];
    this.#before = { expected, received: this.#received };
    return {
      ssrc: this.#ssrc,
      lostFraction: more <= 0 ? 0 : Math.max(0, Math.floor(((more - came) * 256) / more)),
      lost: expected - this.#received,
      highest: this.#highest,
      jitter: this.#jitter,
      ...(this.#report === undefined
        ? {}
        : { report: { shortTime: this.#report.shortTime, age: now - this.#report.at } }),
    };
  }
}
