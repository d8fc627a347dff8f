/** Parts on their way to a store, of all uploads together: so many bytes of them, and what failed is sent again. */
import { Room } from '../../room.ts';
import { isAway } from '../../store-fault.ts';

/** Something on its way. */
export interface Flight {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** One try. */
  readonly send: () => Promise<void>;
  /** It will not arrive, whatever is tried. */
  readonly lost: (error: unknown) => void;
}

export class Flights {
  readonly #room: Room;
  readonly #under = new Map<Flight, Promise<void>>();
  /** What failed and may be tried again. */
  readonly #failed = new Map<Flight, unknown>();
  #changed = Promise.withResolvers<void>();

  /** At most so many bytes; one that is larger flies alone. */
  constructor(limit: number) {
    this.#room = new Room(limit);
  }

  /**
   * Sends it beside what comes next, as soon as there is room. Rejects with what kept any flight from arriving, which is tried again by
   * then; this one has not departed.
   */
  async depart(flight: Flight): Promise<void> {
    for (;;) {
      this.#tryAgain();
      if (this.#room.take(flight.bytes.length)) break;
      await this.#changed.promise;
    }
    this.#send(flight);
  }

  /** Resolves when these have arrived, or are lost; rejects as {@link depart} does. */
  async arrived(flights: ReadonlySet<Flight>): Promise<void> {
    for (;;) {
      this.#tryAgain();
      const under = [...flights].flatMap((flight) => this.#under.get(flight) ?? []);
      if (under.length === 0) return;
      await Promise.all(under);
    }
  }

  /** They are not wanted any more. Resolves when none of them is under way. */
  async drop(flights: ReadonlySet<Flight>): Promise<void> {
    for (const flight of flights) if (this.#failed.delete(flight)) this.#land(flight);
    await Promise.all([...flights].flatMap((flight) => this.#under.get(flight) ?? []));
    for (const flight of flights) if (this.#failed.delete(flight)) this.#land(flight);
  }

  /** Whoever comes sees to it that what failed is tried again, and hears why it did. */
  #tryAgain(): void {
    const [first] = this.#failed;
    if (first === undefined) return;
    const failed = [...this.#failed.keys()];
    this.#failed.clear();
    for (const flight of failed) this.#send(flight);
    throw first[1];
  }

  #send(flight: Flight): void {
    const under = flight
      .send()
      .then(
        () => this.#land(flight),
        (error: unknown) => {
          if (isAway(error)) {
            this.#failed.set(flight, error);
            return;
          }
          flight.lost(error);
          this.#land(flight);
        },
      )
      .finally(() => {
        if (this.#under.get(flight) === under) this.#under.delete(flight);
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      });
    this.#under.set(flight, under);
  }

  #land(flight: Flight): void {
    this.#room.give(flight.bytes.length);
  }
}
