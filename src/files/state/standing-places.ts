/** Where uploads of one uploader stand on the topic, while it is read. Pure. */
import { Ranges } from '../incoming/ranges.ts';
import { type Seen, StandingStripes } from './made-here.ts';

interface Place extends Seen {
  /** Of what is encrypted: its closing record was seen. */
  isClosed: boolean;
}

export class StandingPlaces {
  readonly #places = new Map<string, Place>();

  /** A record with bytes of an upload. */
  take(
    upload: string,
    size: number,
    partition: number,
    offset: number,
    [start, end]: readonly [number, number],
  ): void {
    const place = this.#of(upload, size);
    place.ranges.add(start, end);
    place.standing.see(partition, offset);
  }

  /** A record of an upload that is encrypted, of which nobody knows the bytes. */
  see(upload: string, partition: number, offset: number, isClosing: boolean): void {
    const place = this.#of(upload, 0);
    place.isClosed ||= isClosing;
    place.standing.see(partition, offset);
  }

  get(upload: string): Seen | undefined {
    return this.#places.get(upload);
  }

  /** Of one that is encrypted and closed, and stands in one partition. */
  ofSealed(
    upload: string,
  ): { readonly partition: number; readonly first: number; readonly last: number } | undefined {
    const place = this.#places.get(upload);
    const [stripe, ...more] = place?.standing.all ?? [];
    if (place?.isClosed !== true || stripe === undefined || more.length > 0) return undefined;
    const [partition, first, last] = stripe;
    return { partition, first, last };
  }

  #of(upload: string, size: number): Place {
    const known = this.#places.get(upload);
    if (known !== undefined) return known;
    const place = { size, ranges: new Ranges(), standing: new StandingStripes(), isClosed: false };
    this.#places.set(upload, place);
    return place;
  }
}
