/** Defects that this code once had, each as the small edit that puts it back, so that tests can be tested. Pure. */

export interface Edit {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  /** What stands there now, once and to the letter: where it was moved or changed the defect has to be put back in another way. */
  readonly from: string;
  readonly to: string;
}

export interface Defect {
  /** In plain words, with `-` between them. */
  readonly name: string;
  /** What its users had of it. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /**
   * What looks for faults by itself, with its seed: `NPM-SCRIPT ARGUMENTS`, or a test file. The first one finds this, unless `missed.ts`
   * names it.
   */
  readonly seekers: readonly string[];
  /** What was written after it was known: `FILE`, or `FILE > NAME OF A TEST`. */
  readonly tests: readonly string[];
}

/** One that cannot be put back by a small edit, and why. */
export interface SetApart {
  readonly name: string;
  readonly reason: string;
}

export function edit(path: string, from: string, to: string): Edit {
  return { path, from, to };
}

/** Path -> text with the defect in it. Throws when an edit does not find its place, or finds two. */
export function putBack({ name, edits }: Defect, read: (path: string) => string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { path, from, to } of edits) {
    const text = texts.get(path) ?? read(path);
    const at = text.indexOf(from);
    if (at === -1 || text.indexOf(from, at + 1) !== -1) {
      const found = at === -1 ? 'does not stand there' : 'stands there twice';
      throw new Error(`${name} cannot be put back any more: in ${path} this ${found}:\n${from}`);
    }
    texts.set(path, text.slice(0, at) + to + text.slice(at + from.length));
  }
  return texts;
}
