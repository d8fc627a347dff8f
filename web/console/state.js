// @ts-check
/** What the events have told so far. Pure: events in, rows out. */

/** @import { ConsoleEvents, History, Sections, Totals } from '../../src/console/contract.ts' */

/** Points that are kept: a day at one every ten seconds. */
const mostPoints = 8640;

/** Milliseconds: what is earlier by more came by a clock that was set back, and not by another way. */
const setBack = 60_000;

const names = /** @type {const} */ (['uploaders', 'downloaders', 'streams', 'topics']);

/** @typedef {{ id: string }} Row */

export class ConsoleState {
  /** @type {Record<keyof Sections, Map<string, Row>>} */
  #rows = { uploaders: new Map(), downloaders: new Map(), streams: new Map(), topics: new Map() };
  /** @type {Totals | undefined} */
  totals;
  /** Why Kafka cannot be asked. @type {string | undefined} */
  trouble;
  /** Why dropped files cannot be sent, and wait. @type {string | undefined} */
  drops;
  /** The server's clock minus ours, in milliseconds. */
  #ahead = 0;
  /** @type {number[]} */
  at = [];
  /** @type {Map<keyof Totals, (number | null)[]>} */
  series = new Map();

  /** Milliseconds since the epoch, by the server's clock. @param {number} [ours] */
  now(ours = Date.now()) {
    return ours + this.#ahead;
  }

  /** @returns {Sections} */
  get sections() {
    const all = names.map((name) => [name, [...this.#rows[name].values()]]);
    return /** @type {Sections} */ (/** @type {unknown} */ (Object.fromEntries(all)));
  }

  /** @param {ConsoleEvents['snapshot']} snapshot @param {number} [ours] */
  snapshot(snapshot, ours = Date.now()) {
    for (const name of names)
      this.#rows[name] = new Map(snapshot[name].map((row) => [row.id, /** @type {Row} */ (row)]));
    this.totals = snapshot.totals;
    this.trouble = snapshot.trouble;
    this.drops = snapshot.drops;
    this.#ahead = snapshot.now - ours;
  }

  /** @param {ConsoleEvents['change']} change */
  change(change) {
    for (const name of names) {
      for (const row of change[name] ?? []) this.#rows[name].set(row.id, row);
      for (const id of change.gone?.[name] ?? []) this.#rows[name].delete(id);
    }
  }

  /** @param {History} history */
  past(history) {
    this.at = [...history.at].slice(-mostPoints);
    this.series = new Map();
    for (const [name, values] of Object.entries(history.series))
      this.series.set(/** @type {keyof Totals} */ (name), [...(values ?? [])].slice(-mostPoints));
  }

  /** @param {ConsoleEvents['point']} point @param {number} [ours] */
  point({ at, totals }, ours = Date.now()) {
    this.totals = totals;
    // Either clock may have been put right since the snapshot.
    this.#ahead = at - ours;
    if (at < (this.at.at(-1) ?? at) - setBack) this.#forgetFrom(at);
    const last = this.at.at(-1);
    if (last !== undefined && at <= last) return;
    this.at.push(at);
    const told = /** @type {(keyof Totals)[]} */ (Object.keys(totals));
    for (const name of new Set([...this.series.keys(), ...told])) {
      const values = this.series.get(name) ?? new Array(this.at.length - 1).fill(null);
      values.push(totals[name] ?? null);
      this.series.set(name, values);
    }
    if (this.at.length <= mostPoints) return;
    for (const values of [this.at, ...this.series.values()]) values.shift();
  }

  /** What was told for times that have not come yet. @param {number} time */
  #forgetFrom(time) {
    const found = this.at.findIndex((at) => at >= time);
    for (const values of [this.at, ...this.series.values()]) values.length = Math.max(0, found);
  }
}
