/**
 * Files that are made without end, and looked for at the other side: each version under its name, byte for byte, before the next
 * version of that name is made. A fixed set of names, so that what is remembered of them stays the same.
 */
import { createHash, randomFillSync } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface FilesAccount {
  /** Versions that were made, and those that were found at the sink. */
  readonly made: number;
  readonly arrived: number;
  /** Looks at which a name had bytes of no version that was due. */
  readonly wrong: number;
  /** Names that were not free, for their version before had not arrived yet. */
  readonly late: number;
  /** Bytes made. */
  readonly bytes: number;
  /** The longest that a version took, seconds. */
  readonly longest: number;
}

interface Pending {
  readonly digest: string;
  readonly madeAt: number;
}

export class Files {
  readonly #source: string;
  readonly #sink: string;
  /** Digests by path: what was last seen to have arrived, and what is to come. */
  readonly #standing = new Map<string, string>();
  readonly #pending = new Map<string, Pending>();
  #account = { made: 0, arrived: 0, wrong: 0, late: 0, bytes: 0, longest: 0 };

  /** `sink` is where this uploader's files come to stand. */
  constructor(source: string, sink: string) {
    this.#source = source;
    this.#sink = sink;
  }

  get account(): FilesAccount {
    return { ...this.#account };
  }

  /** Names whose newest version has not arrived. */
  get pending(): readonly string[] {
    return [...this.#pending.keys()];
  }

  /** Makes a new version of a file, whole at once, unless the one before is still on its way. */
  async make(path: string, size: number): Promise<void> {
    if (this.#pending.has(path)) {
      this.#account.late += 1;
      return;
    }
    const bytes = randomFillSync(Buffer.allocUnsafe(size));
    this.#pending.set(path, { digest: digestOf(bytes), madeAt: performance.now() });
    const slash = path.lastIndexOf('/');
    const folder = join(this.#source, path.slice(0, slash));
    await mkdir(folder, { recursive: true });
    // Files with a leading dot are not sent.
    const temporary = join(folder, `.${path.slice(slash + 1)}`);
    await writeFile(temporary, bytes);
    await rename(temporary, join(this.#source, path));
    this.#account.made += 1;
    this.#account.bytes += size;
  }

  /** Looks at the sink for what is to come. */
  async look(): Promise<void> {
    for (const [path, { digest, madeAt }] of this.#pending) {
      const found = await readFile(join(this.#sink, path)).then(digestOf, () => undefined);
      if (found === digest) {
        this.#pending.delete(path);
        this.#standing.set(path, digest);
        this.#account.arrived += 1;
        this.#account.longest = Math.max(this.#account.longest, (performance.now() - madeAt) / 1000);
      } else if (found !== this.#standing.get(path)) this.#account.wrong += 1;
    }
  }

  /** Looks at every name once more: paths whose bytes are not those of the newest version. */
  async compareAll(): Promise<string[]> {
    const different: string[] = [...this.#pending.keys()];
    for (const [path, digest] of this.#standing) {
      const found = await readFile(join(this.#sink, path)).then(digestOf, () => undefined);
      if (found !== digest && !this.#pending.has(path)) different.push(path);
    }
    return different;
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
