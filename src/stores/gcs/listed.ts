/** What a listing said of objects, for those of them that are opened soon: the answer to a read says neither their metadata nor their time. */
import type { ObjectFacts } from '../objects/contract.ts';

/** Objects that are remembered, at some 300 bytes. */
const most = 20_000;

export class Listed {
  readonly #facts = new Map<string, ObjectFacts>();

  note(key: string, facts: ObjectFacts): void {
    this.#facts.delete(key);
    if (this.#facts.size >= most) this.#facts.delete(this.#facts.keys().next().value!);
    this.#facts.set(key, facts);
  }

  /** Of that very object. */
  find(key: string, tag: string): ObjectFacts | undefined {
    const facts = this.#facts.get(key);
    return facts?.tag === tag ? facts : undefined;
  }
}
