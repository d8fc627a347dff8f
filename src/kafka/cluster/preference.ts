/** Which broker is asked what any broker can answer. PURE. */

import type { Place } from './links.ts';
import { addressText } from './socket.ts';

export interface PlaceFacts {
  /** The last attempt to reach it has failed. */
  isFailing(place: Place): boolean;
  /** There is a link to it already. */
  isOpen(place: Place): boolean;
}

/**
 * One broker is asked as long as its answers are of use. When something came to nothing, whatever it was, the next one is asked in its
 * place: a broker may be behind, or cut off from the others, and answer all the same.
 */
export class Preference {
  /** Address -> when it was doubted, counted. */
  readonly #doubted = new Map<string, number>();
  #doubts = 0;
  #asked: string | undefined;

  /** Each address once, the best to ask first. */
  order(places: readonly Place[], facts: PlaceFacts): Place[] {
    const ranked = places
      .map((place) => {
        const text = addressText(place.address);
        const ranks = [
          Number(facts.isFailing(place)),
          this.#doubted.get(text) ?? 0,
          Number(!facts.isOpen(place)),
          Math.random(),
        ];
        return { place, text, ranks };
      })
      .sort((a, b) => compare(a.ranks, b.ranks));
    const seen = new Set<string>();
    return ranked.filter(({ text }) => !seen.has(text) && seen.add(text)).map(({ place }) => place);
  }

  /** This one is asked from now on. */
  asks({ address }: Place): void {
    this.#asked = addressText(address);
  }

  /** Something came to nothing. */
  doubt(): void {
    if (this.#asked === undefined) return;
    this.#doubts += 1;
    this.#doubted.set(this.#asked, this.#doubts);
    this.#asked = undefined;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((rank, index) => rank !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
