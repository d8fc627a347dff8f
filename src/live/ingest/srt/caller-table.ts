/** Who has asked to be let in: the same question, asked again, gets the same answer, and nobody asks too often. Pure: time is handed in. */
import { whoIs } from '../connection-limit.ts';

/** Callers that are being decided upon, or were refused a moment ago. */
const most = 1024;
/** Of these, of one address; a site of many senders has one. */
const mostOfAddress = 128;
/** Of these, for one stream: a sender with a wrong key that asks without a pause keeps out nobody but itself. */
const mostOfStream = 16;
/** Milliseconds that a refusal is remembered: as long as a caller repeats its question. */
const remembered = 3000;

export interface TableEntry {
  /** What it counts for. */
  readonly sums: readonly [address: string, stream: string];
  /** What is sent to whoever asks again; undefined: it is not decided yet. */
  answer: Buffer | undefined;
  /** When it is forgotten; undefined: whoever sends is removed when it ends. */
  until: number | undefined;
}

export class CallerTable {
  readonly #entries = new Map<string, TableEntry>();
  /** Undecided and refused ones, by whose address it is, and by address and stream. */
  readonly #counts = new Map<string, number>();
  #counted = 0;

  /** A caller is known by its address, its port and its socket: several may share the first two. */
  find(name: string): TableEntry | undefined {
    return this.#entries.get(name);
  }

  /** Undefined: there are too many. */
  add(name: string, address: string, stream: string): TableEntry | undefined {
    const who = whoIs(address);
    const sums = [who, `${who} ${stream}`] as const;
    const [ofAddress = 0, ofStream = 0] = sums.map((sum) => this.#counts.get(sum));
    if (this.#counted >= most || ofAddress >= mostOfAddress || ofStream >= mostOfStream) return undefined;
    const entry = { sums, answer: undefined, until: undefined };
    this.#entries.set(name, entry);
    for (const sum of sums) this.#counts.set(sum, (this.#counts.get(sum) ?? 0) + 1);
    this.#counted++;
    return entry;
  }

  accept(name: string, answer: Buffer): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.answer = answer;
    this.#discount(entry);
  }

  refuse(name: string, answer: Buffer, now: number): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.answer = answer;
    entry.until = now + remembered;
  }

  /** One that was let in is gone; it may be so before it could be accepted. */
  remove(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    if (entry.answer === undefined) this.#discount(entry);
  }

  /** Now and then. */
  forgetOld(now: number): void {
    for (const [name, entry] of this.#entries) {
      if (entry.until === undefined || entry.until > now) continue;
      this.#entries.delete(name);
      this.#discount(entry);
    }
  }

  #discount({ sums }: TableEntry): void {
    for (const sum of sums) {
      const left = (this.#counts.get(sum) ?? 0) - 1;
      if (left > 0) this.#counts.set(sum, left);
      else this.#counts.delete(sum);
    }
    this.#counted--;
  }
}
