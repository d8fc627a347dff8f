/**
 * When each frame is to be seen or heard. Each kind of media has a clock of its own, which begins anywhere: the first frame is taken to have been made when it
 * came, and the reports of the sender, which come a little later, say how picture and sound really belong together. Pure.
 */
import type { SenderReport } from './rtcp.ts';
import { Unwrapper } from './unwrap.ts';

/** A clock that is so far from the time at which its frames come has been set; milliseconds. */
const leap = 5000;
/** What is late by a leap may be the first of a heap that was kept back on its way, or at its sender, and comes at once: milliseconds until it is known to be none. */
const heap = 3000;
/** One that is so far, by little and little, goes faster or slower than ours: at 100 millionths a leap would come after 14 hours. No way of packets is this long. */
const drift = 1000;
/** Of what passes; more than any crystal is wrong, and less than is heard. */
const steering = 0.001;

export class MediaClock {
  readonly #rate: number;
  readonly #ticks = new Unwrapper(32);
  #base: { readonly ticks: number; readonly time: number } | undefined;
  #last: number | undefined;
  #lateSince: number | undefined;
  #report: { readonly ticks: number; readonly time: number } | undefined;

  /** `rate`: ticks a second. */
  constructor(rate: number) {
    this.#rate = rate;
  }

  /** Milliseconds of our clock. `now`: when the frame came. */
  time(timestamp: number, now: number): number {
    const ticks = this.#ticks.next(timestamp);
    this.#base ??= { ticks, time: now };
    const time = this.#at(ticks, this.#base);
    const before = this.#last ?? ticks;
    this.#last = Math.max(ticks, before);
    const behind = now - time;
    if (!this.#isSet(behind, ticks - before, now)) {
      const passed = Math.max(0, ticks - before);
      if (drift < Math.abs(behind) && Math.abs(behind) < leap)
        this.shift(Math.sign(behind) * (passed / this.#rate) * 1000 * steering);
      return time;
    }
    this.#last = ticks;
    this.#base = { ticks, time: now };
    this.#report = undefined;
    return now;
  }

  note({ time, timestamp }: SenderReport): void {
    if (this.#base !== undefined) this.#report = { ticks: this.#ticks.peek(timestamp), time };
  }

  /** The sender's clock minus ours; undefined before its first report. */
  get offset(): number | undefined {
    if (this.#report === undefined || this.#base === undefined) return undefined;
    return this.#report.time - this.#at(this.#report.ticks, this.#base);
  }

  /** All that comes is later by so many milliseconds. */
  shift(by: number): void {
    if (this.#base !== undefined) this.#base = { ...this.#base, time: this.#base.time + by };
  }

  /** Somebody has set the sender's clock. `passed`: ticks since the frame before. */
  #isSet(behind: number, passed: number, now: number): boolean {
    if (behind < leap) this.#lateSince = undefined;
    if (Math.abs(behind) < leap) return false;
    if (behind < 0 || passed < -this.#rate) return true;
    this.#lateSince ??= now;
    if (now - this.#lateSince < heap) return false;
    this.#lateSince = undefined;
    return true;
  }

  #at(ticks: number, base: { readonly ticks: number; readonly time: number }): number {
    return base.time + ((ticks - base.ticks) / this.#rate) * 1000;
  }
}

/** Differences below this are noise, and above are no difference of transit. */
const noise = 2;

/** Moves the picture to where its sound is: holes and overlaps of sound are heard, those of pictures are not seen. */
export function align(picture: MediaClock, sound: MediaClock): void {
  const [ofPicture, ofSound] = [picture.offset, sound.offset];
  if (ofPicture === undefined || ofSound === undefined) return;
  const by = ofPicture - ofSound;
  if (Math.abs(by) >= noise && Math.abs(by) < leap) picture.shift(by);
}
