/** Which streams other publishers have, by their claims on `L.streams`. Pure: times come in. FORMAT.md, "Streams". */
import { living } from '../../../files/state/lease.ts';
import { holderAfter, type StandingClaim } from '../../publish/claim.ts';
import { isGone } from '../../publish/gone.ts';

interface SeenClaim {
  readonly claim: StandingClaim;
  /** By the steady clock, milliseconds. */
  readonly at: number;
}

export class Holders {
  readonly #seen = new Map<string, SeenClaim>();

  /** A claim that was read `now`; undefined: the stream was forgotten. */
  take(stream: string, claim: StandingClaim | undefined, now: number): void {
    const holder = holderAfter(this.#seen.get(stream)?.claim, claim);
    if (holder === undefined) this.#seen.delete(stream);
    // What a publisher writes that has lost the stream is no sign of life of the one that has it.
    else if (holder === claim) this.#seen.set(stream, { claim: holder, at: now });
  }

  /** Where somebody else publishes the stream, as far as is known; undefined: nobody does, or whoever did is gone. */
  elsewhere(stream: string, now: number): string | undefined {
    const seen = this.#seen.get(stream);
    if (seen === undefined) return undefined;
    const { state, lasts, owner, host } = seen.claim;
    if (state === 'ended' || living.has(owner) || now - seen.at >= lasts) return undefined;
    return isGone(seen.claim) ? undefined : host;
  }
}
