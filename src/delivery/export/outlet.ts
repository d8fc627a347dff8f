/** Puts the texts of a place where players find them, each in front of nobody who was further: it is replaced only if it still is what was seen. */
import type { PlainStore } from '../../stores/objects/contract.ts';
import type { Patiently } from '../../stores/patiently.ts';
import { isReplaced, type Journal } from './journal.ts';
import { type ListChoice, listTexts, multivariantText, type Text } from './texts.ts';
import { readWhole } from './whole-object.ts';

interface Standing {
  readonly bytes: Buffer;
  /** Undefined: nothing stands there. */
  readonly tag: string | undefined;
}

export interface OutletOptions {
  readonly store: PlainStore;
  readonly patiently: Patiently;
  readonly journal: Journal;
  readonly choice: ListChoice;
}

export class Outlet {
  readonly #options: OutletOptions;
  readonly #standing = new Map<string, Standing>();

  constructor(options: OutletOptions) {
    this.#options = options;
  }

  /** Has everything say what the journal says. What names others comes last. */
  async publish(): Promise<void> {
    const { journal, choice } = this.#options;
    const lists = (): readonly Text[] => listTexts(journal.catalogue, choice, journal.isClosed);
    const names = lists().map(({ name }) => name);
    await Promise.all(names.map((name) => this.#put(() => lists().find((text) => text.name === name))));
    await this.#put(() => multivariantText(journal.catalogue, choice, journal.isClosed));
  }

  /** `text`: as of what the journal says when it is asked; what was seen before that was made of no more than that. */
  async #put(text: () => Text | undefined): Promise<void> {
    const { store, patiently, journal } = this.#options;
    for (;;) {
      const now = text();
      if (now === undefined) return;
      const { name, served } = now;
      const bytes = now.bytes();
      const standing = this.#standing.get(name);
      if (standing?.bytes.equals(bytes)) return;
      const condition = standing?.tag === undefined ? 'nothing' : { tag: standing.tag };
      try {
        const key = store.place.prefix + name;
        const tag = await patiently(() => store.put(key, bytes, {}, condition, served));
        this.#standing.set(name, { bytes, tag });
        return;
      } catch (error) {
        if (!isReplaced(error)) throw error;
        const found = await readWhole(store, patiently, name);
        this.#standing.set(name, found ?? { bytes: Buffer.alloc(0), tag: undefined });
        await journal.refresh();
      }
    }
  }
}
