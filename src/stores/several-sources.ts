/**
 * Several sources as one: each is a folder of the tree, under its name. What fails in one of them holds up none of the others; and what is
 * gone from one that has no file left at all is not told as gone, for it may be a disk that is not mounted.
 */
import { rootPath } from '../records/path.ts';
import type { OpenFile, Selection, Source, SourceAbilities, SourceFile, Unsendable } from './contract.ts';
import type { Removal } from './tree-names.ts';

interface Part {
  readonly name: string;
  readonly source: Source;
  /** A file of it was seen since its newest walk began. */
  hasFiles: boolean;
  /** It was walked through since all of them were. */
  isWalked: boolean;
}

interface Walk {
  readonly part: Part;
  readonly files: AsyncIterator<SourceFile>;
}

export class SeveralSources implements Source {
  readonly place: string;
  readonly abilities: SourceAbilities;
  readonly parts: readonly string[];
  /** There where each of them has it. */
  readonly removeIfSame?: (file: SourceFile) => Promise<Removal>;
  /** There where one of them has it. */
  readonly attributes?: NonNullable<Source['attributes']>;
  readonly #parts: ReadonlyMap<string, Part>;

  /** By name: one segment of a path each. */
  constructor(sources: ReadonlyMap<string, Source>) {
    this.#parts = new Map(
      [...sources].map(([name, source]) => [name, { name, source, hasFiles: false, isWalked: false }]),
    );
    this.parts = [...sources.keys()];
    const all = [...sources.values()];
    this.place = [...sources].map(([name, { place }]) => `${name}=${place}`).join(', ');
    this.abilities = { appearsWhole: all.every(({ abilities }) => abilities.appearsWhole) };
    if (all.some(({ attributes }) => attributes !== undefined))
      this.attributes = async (file) => {
        const { source, path } = this.#find(file.path);
        return (
          (await source.attributes?.({ ...file, path: path === '' ? rootPath : path })) ?? {
            attributes: {},
            unread: [],
          }
        );
      };
    if (all.every(({ removeIfSame }) => removeIfSame !== undefined))
      this.removeIfSame = (file) => {
        const { source, path } = this.#find(file.path);
        return source.removeIfSame!({ ...file, path });
      };
  }

  /** In turn, as they come; what fails is thrown when all others were walked through. */
  async *list(selection: Selection, unsendable: (what: Unsendable) => void): AsyncGenerator<SourceFile> {
    const ready: {
      readonly walk: Walk;
      readonly step?: IteratorResult<SourceFile>;
      readonly error?: unknown;
    }[] = [];
    let wake = (): void => {};
    const goOn = (walk: Walk): void => {
      walk.files
        .next()
        .then(
          (step) => ready.push({ walk, step }),
          (error: unknown) => ready.push({ walk, error }),
        )
        .then(() => wake());
    };
    const open = new Set<Walk>();
    for (const part of this.#parts.values()) {
      part.hasFiles = false;
      if (!selection.folder(part.name)) continue;
      const files = part.source.list(...within(part, selection, unsendable))[Symbol.asyncIterator]();
      open.add({ part, files });
    }
    for (const walk of open) goOn(walk);
    let failure: { readonly error: unknown } | undefined;
    try {
      while (open.size > 0) {
        const next = ready.shift();
        if (next === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        const { walk, step, error } = next;
        if (step === undefined) failure ??= { error };
        if (step === undefined || step.done) {
          open.delete(walk);
          if (step?.done) walk.part.isWalked = true;
          continue;
        }
        walk.part.hasFiles ||= step.value.path !== rootPath;
        yield named(walk.part, step.value);
        goOn(walk);
      }
    } finally {
      await Promise.allSettled([...open].map(({ files }) => files.return?.()));
    }
    if (failure !== undefined) throw failure.error;
    for (const part of this.#parts.values()) part.isWalked = false;
  }

  async look(path: string): Promise<SourceFile | undefined> {
    const { part, source, path: inner } = this.#find(path);
    const file = await source.look(inner === '' ? rootPath : inner);
    return file && named(part, file);
  }

  mayBeMissing(path: string): boolean {
    return !this.#find(path).part.hasFiles;
  }

  hasWalked(path: string): boolean {
    return this.#find(path).part.isWalked;
  }

  /** Of a path of none of them nobody knows what it is: it throws, as {@link look} does. */
  async hides(path: string): Promise<boolean> {
    const { source, path: inner } = this.#find(path);
    return (await source.hides?.(inner)) ?? false;
  }

  async isFolder(path: string): Promise<boolean> {
    const { source, path: inner } = this.#find(path);
    return (await source.isFolder?.(inner === '' ? rootPath : inner)) ?? false;
  }

  async open(path: string): Promise<OpenFile> {
    const { part, source, path: inner } = this.#find(path);
    const file = await source.open(inner);
    return {
      look: async () => named(part, await file.look()),
      read: (buffer, position) => file.read(buffer, position),
      close: () => file.close(),
    };
  }

  readAtOnce(path: string, into: Uint8Array): SourceFile | undefined {
    const { part, source, path: inner } = this.#find(path);
    const file = source.readAtOnce?.(inner, into);
    return file && named(part, file);
  }

  /** Undefined where one of them cannot be seen. */
  async rootId(): Promise<string | undefined> {
    const ids = await Promise.all([...this.#parts.values()].map(({ source }) => source.rootId()));
    if (ids.includes(undefined)) return undefined;
    return [...this.#parts.keys()]
      .map((name, index) => `${name}=${ids[index]}`)
      .toSorted()
      .join(' ');
  }

  async watch(
    hint: (path: string) => void,
    selection: Selection,
    unnoticed?: (message: string) => void,
  ): Promise<{ close(): Promise<void> }> {
    const parts = [...this.#parts.values()].filter(({ name }) => selection.folder(name));
    const begun = await Promise.allSettled(
      parts.map((part) => {
        const [inner] = within(part, selection, () => {});
        const tell = (path: string): void => hint(path === '' ? part.name : `${part.name}/${path}`);
        return part.source.watch(tell, inner, unnoticed);
      }),
    );
    const watchers = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const close = async (): Promise<void> => {
      await Promise.all(watchers.map((watcher) => watcher.close()));
    };
    const failed = begun.find((one) => one.status === 'rejected');
    if (failed === undefined) return { close };
    await close();
    throw failed.reason;
  }

  /** Throws for a path of none of them: of such, nobody here knows whether it is there. */
  #find(path: string): { readonly part: Part; readonly source: Source; readonly path: string } {
    const slash = path.indexOf('/');
    const name = slash === -1 ? path : path.slice(0, slash);
    const part = this.#parts.get(name);
    if (part === undefined)
      throw new Error(`${path} is in none of the sources ${[...this.#parts.keys()].join(', ')}`);
    return { part, source: part.source, path: slash === -1 ? '' : path.slice(slash + 1) };
  }
}

function named({ name }: Part, file: SourceFile): SourceFile {
  return { ...file, path: file.path === rootPath ? name : `${name}/${file.path}` };
}

/** A selection, and who is told of what cannot be sent, as a part has them. */
function within(
  { name }: Part,
  selection: Selection,
  unsendable: (what: Unsendable) => void,
): [Selection, (what: Unsendable) => void] {
  return [
    {
      file: (path) => selection.file(`${name}/${path}`),
      folder: (path) => selection.folder(`${name}/${path}`),
    },
    ({ path, reason }) => unsendable({ path: `${name}/${path}`, reason }),
  ];
}
