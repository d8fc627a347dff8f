/** Rows that have become others since they were told. */
import type { ConsoleEvents, Sections } from '../contract.ts';

const names = ['uploaders', 'downloaders', 'streams', 'topics'] as const;

type Row = Sections[keyof Sections][number];

export class SectionChanges {
  /** Section, then id -> the row as text. */
  readonly #told = new Map<keyof Sections, Map<string, string>>();

  /** Undefined: none has. */
  since(sections: Sections): ConsoleEvents['change'] | undefined {
    const rows: [string, readonly Row[]][] = [];
    const gone: [string, readonly string[]][] = [];
    for (const name of names) {
      const changed = this.#of(name, sections[name]);
      if (changed.rows.length > 0) rows.push([name, changed.rows]);
      if (changed.gone.length > 0) gone.push([name, changed.gone]);
    }
    if (rows.length === 0 && gone.length === 0) return undefined;
    return { ...Object.fromEntries(rows), ...(gone.length === 0 ? {} : { gone: Object.fromEntries(gone) }) };
  }

  #of(
    name: keyof Sections,
    rows: readonly Row[],
  ): { readonly rows: readonly Row[]; readonly gone: readonly string[] } {
    const before = this.#told.get(name) ?? new Map<string, string>();
    const now = new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
    this.#told.set(name, now);
    return {
      rows: rows.filter(({ id }) => before.get(id) !== now.get(id)),
      gone: [...before.keys()].filter((id) => !now.has(id)),
    };
  }
}
