/**
 * Wakes a broker that sends nothing since the line was cut in the middle of an answer. Its TCP asks less and less often whether the line is
 * back, but believes at once whoever tells it: acknowledgements that were lost in the cut go out again with the next bytes that are sent
 * the other way. What had come of the answer is kept then.
 */
import { call } from '../api.ts';
import { apiVersionsV3 } from '../codecs.ts';
import type { Connection } from './connection.ts';

interface Sent {
  readonly at: number;
  /** Bytes that had come by then. */
  readonly received: number;
}

export class Nudges {
  readonly #sent = new WeakMap<Connection, Sent>();

  /** The line carries again. Only who is in the middle of an answer has something to go on with. */
  send(connection: Connection): void {
    if (!connection.isAnswered || this.unheardMs(connection) !== undefined) return;
    this.#sent.set(connection, { at: performance.now(), received: connection.received });
    // What every broker answers, at any time, behind the answer that is under way.
    call(connection, apiVersionsV3.api, 'sluice', '1').catch(() => {});
  }

  /** Milliseconds since it was sent, while nothing has come since; else undefined. */
  unheardMs(connection: Connection): number | undefined {
    const sent = this.#sent.get(connection);
    return sent?.received === connection.received ? performance.now() - sent.at : undefined;
  }
}
