/** Giving files their times and permissions, and their attributes in between, as far as the file system has them. */
import type { FileLook } from '../contract.ts';
import type { Notices } from '../notices.ts';
import type { GiveAttributes } from './attributes/give-attributes.ts';
import type { DiskCalls } from './calls.ts';
import type { InPlace } from './in-place.ts';
import { isRefusal, type Refusals } from './refusals.ts';

/** Seconds since 1970 at which file systems begin and end: NTFS, ext4, Unix, FAT; and ext4, FAT, 32 bits without and with a sign. */
const firsts = [-11_644_473_600n, -2_147_483_648n, 0n, 315_619_200n];
const lasts = [15_032_385_535n, 4_354_646_400n, 4_294_967_295n, 2_147_483_647n];
const second = 1_000_000_000n;

export class FileLooks {
  readonly #place: string;
  readonly #calls: DiskCalls;
  readonly #refusals: Refusals;
  readonly #notices: Notices;
  readonly attributes: GiveAttributes;
  /** True once a file was found to have the time that it was given, to the microsecond. */
  #keepsTimes = false;

  constructor(
    place: string,
    calls: DiskCalls,
    refusals: Refusals,
    notices: Notices,
    attributes: GiveAttributes,
  ) {
    this.attributes = attributes;
    this.#place = place;
    this.#calls = calls;
    this.#refusals = refusals;
    this.#notices = notices;
  }

  /**
   * To an open file that stands at a path. Resolves with the modification time that it has then. Its mode is set whatever it was made with: of that,
   * the ACL that a folder passes on leaves what it likes.
   */
  async give(file: number, path: string, look: FileLook): Promise<bigint> {
    const { attributes } = this;
    if (attributes.isWished) await attributes.giveFirst(file, path, look.attributes);
    await this.#giveMode(file, look);
    if (attributes.isWished) await attributes.giveLast(path, look.attributes);
    return this.#giveTimes(file, look);
  }

  async #giveMode(file: number, look: FileLook): Promise<void> {
    if (this.#refusals.has('mode')) return;
    const mode = await this.attributes.permissionsOf(look, () => this.#calls.look(file));
    await this.#refusals.attempt('mode', () => this.#calls.setMode(file, mode));
  }

  async #giveTimes(file: number, look: FileLook): Promise<bigint> {
    if (this.#refusals.has('times')) return (await this.#calls.look(file)).mtimeNs;
    const wanted = BigInt(look.mtime);
    // A call for each file, where one has shown what all of them will be told.
    if (this.#keepsTimes && isOrdinary(wanted) && (await this.#takesTime(file, wanted)) === true)
      return wanted;
    const kept = await this.#giveTime(file, wanted);
    this.#keepsTimes ||= isExact(wanted, kept);
    return kept;
  }

  /** The same by calls in place, where nothing is to be found out any more: the time that was given; undefined where there is. */
  giveAtOnce(calls: InPlace, file: number, look: FileLook): bigint | undefined {
    if (!this.#keepsTimes || this.#refusals.has('times') || this.#refusals.has('mode')) return undefined;
    const wanted = BigInt(look.mtime);
    if (!isOrdinary(wanted) || this.attributes.hasToLook(look)) return undefined;
    if (!this.attributes.giveAtOnce(calls, file, look.attributes)) return undefined;
    calls.setMode(file, this.attributes.permissions(look));
    calls.setTimes(file, seconds(wanted));
    return wanted;
  }

  /** True when the time was taken; otherwise the refusal. */
  async #takesTime(file: number, time: bigint): Promise<true | Error> {
    try {
      await this.#calls.setTimes(file, seconds(time));
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return error as Error;
    }
  }

  /** The time itself, or the nearest that stands afterwards: some file systems refuse what they cannot hold, others turn it into anything. */
  async #giveTime(file: number, wanted: bigint): Promise<bigint> {
    let refusal: Error | undefined;
    for (const time of nearest(wanted)) {
      const taken = await this.#takesTime(file, time);
      if (taken !== true) {
        refusal ??= taken;
        continue;
      }
      const { mtimeNs } = await this.#calls.look(file);
      if (!isApart(time, mtimeNs)) {
        if (isApart(wanted, mtimeNs)) this.#sayMoved(wanted, mtimeNs);
        return mtimeNs;
      }
    }
    const { mtimeNs } = await this.#calls.look(file);
    if (refusal !== undefined) this.#refusals.note('times', refusal);
    else
      this.#say(
        `a modification time of ${timeText(wanted)} is not kept there, and became ${timeText(mtimeNs)}`,
      );
    return mtimeNs;
  }

  #sayMoved(wanted: bigint, kept: bigint): void {
    this.#say(
      `a modification time of ${timeText(wanted)} cannot be kept there, and became ${timeText(kept)}; such times are moved to the nearest`,
    );
  }

  #say(text: string): void {
    this.#notices.say('time-range', `${this.#place}: ${text}`);
  }
}

/** File systems that count two seconds move every time by as much. */
function isApart(one: bigint, other: bigint): boolean {
  const apart = one > other ? one - other : other - one;
  return apart >= 3n * second;
}

/** True where a file that had this time still has it, read from a file system that may keep whole seconds alone, every second one. */
export function isSameTime(noted: string, found: bigint): boolean {
  const apart = BigInt(noted) - found;
  // What is in memory may be finer than what is read back from the disk; times are set to the microsecond.
  if (apart > -2_000_000n && apart < 2_000_000n) return true;
  return found % second === 0n && apart > -2n * second && apart < 2n * second;
}

/** True where a file system has kept a time as finely as times are set. */
export function isSameMicrosecond(wanted: string, kept: bigint): boolean {
  return floorDivide(BigInt(wanted), 1000n) === floorDivide(kept, 1000n);
}

const [from, until] = [firsts.at(-1)! * second, lasts.at(-1)! * second];

/** True for a time that all file systems have that have times: from 1980 to 2038. */
function isOrdinary(time: bigint): boolean {
  return time > from && time < until;
}

/** True when a time was kept that no file system could keep that counts milliseconds, or anything coarser. */
function isExact(wanted: bigint, kept: bigint): boolean {
  const apart = wanted - kept;
  return wanted % 1_000_000n >= 2000n && kept % 1_000_000n !== 0n && apart > -2000n && apart < 2000n;
}

/** The time itself, then the ends of file systems towards it. In an order that finds the nearest first. */
function nearest(wanted: bigint): bigint[] {
  const early = firsts.map((first) => first * second).filter((first) => first > wanted);
  const late = lasts.map((last) => last * second).filter((last) => last < wanted);
  return [wanted, ...(wanted < 0n ? early : late), ...(wanted < 0n ? [] : early)];
}

/**
 * Node takes seconds as a double and cuts it off: microseconds survive when half of one is added, for the double may be a
 * little too small. As text, because it takes negative numbers, times before 1970, for the present.
 */
export function seconds(nanoseconds: bigint): string {
  const microseconds = floorDivide(nanoseconds, 1000n);
  return String((Number(microseconds) + 0.5) / 1e6);
}

/** BigInt division cuts towards zero; a time before 1970 must not move to the next microsecond. */
function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}

function timeText(nanoseconds: bigint): string {
  const date = new Date(Number(floorDivide(nanoseconds, 1_000_000n)));
  return Number.isNaN(date.getTime()) ? `${nanoseconds} ns` : date.toISOString();
}
