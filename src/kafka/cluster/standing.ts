/** The connections of a client that stand, to whatever brokers. */
import type { Connection } from './connection.ts';
import { addressText } from './socket.ts';

/** Who has been silent for longer, while an answer is due, says nothing of whether the line carries. */
const freshMs = 2500;

export class Standing {
  readonly #all = new Set<Connection>();

  add(connection: Connection): void {
    this.#all.add(connection);
    connection.closed.then(() => this.#all.delete(connection));
  }

  /** Bytes that have come by those to that place. */
  received(place: string): number {
    let bytes = 0;
    for (const { address, received } of this.#all) if (addressText(address) === place) bytes += received;
    return bytes;
  }

  /** True where another broker is at an answer that is not late: the line to that place may be cut, but not all lines. */
  areOthersWell(place: string): boolean {
    return [...this.#all].some(({ address, quietMs }) => {
      const isWell = quietMs > 0 && quietMs < freshMs;
      return isWell && addressText(address) !== place;
    });
  }
}
