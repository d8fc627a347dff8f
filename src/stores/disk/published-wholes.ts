/**
 * Small files that are all at hand, put under their names. There may be many thousands of them: while the disk is quick, calls in place
 * make and name them, and nothing is waited for but that they are durable. Whatever is out of the ordinary goes the ordinary way.
 */
import { rm } from 'node:fs/promises';
import type { FileLook, Over, Published } from '../contract.ts';
import type { FinalNames } from './final-names.ts';
import type { Folders } from './folders.ts';
import type { KeptAside } from './kept-aside.ts';
import type { NameKeeper } from './name-keeper.ts';
import type { OwnFolder } from './own-folder.ts';
import type { WholeFiles } from './whole-file.ts';

export interface PublishedWholesOptions {
  /** The folder of temporary files. */
  readonly parts: string;
  readonly files: WholeFiles;
  readonly folders: Folders;
  readonly names: FinalNames;
  readonly keeper: NameKeeper;
  readonly own: OwnFolder;
  /** True for a name that has one spelling there. */
  readonly isPlain: (target: string) => boolean;
  readonly aside: KeptAside;
  /** Makes an open file durable. */
  readonly sync: (file: number) => Promise<void>;
}

export class PublishedWholes {
  readonly #options: PublishedWholesOptions;
  #count = 0;

  constructor(options: PublishedWholesOptions) {
    this.#options = options;
  }

  /** As the contract says of `publishWhole`. */
  async publish(
    bytes: Uint8Array,
    target: string,
    look: FileLook,
    published: Published,
    over: Over,
  ): Promise<string | undefined> {
    const { parts, files, folders, names, keeper, own, isPlain, sync } = this.#options;
    const file = `${parts}/whole-${this.#count++}`;
    const since = folders.looks;
    const begun = over === 'anything' && isPlain(target) ? files.begin(file, bytes, look) : undefined;
    try {
      if (begun === undefined) return await this.#publish(file, bytes, target, look, published, over);
      await files.end(begun, sync);
      const put = async (from: string): Promise<bigint | undefined> =>
        names.putAtOnce(from, target, since)
          ? undefined
          : names.put(from, target, { folded: null, since }, { published, look });
      await keeper.put({ file, target, published, look, mtime: begun.mtime, folded: null }, put);
      return undefined;
    } catch (error) {
      await rm(file, { force: true });
      return own.rethrow(error);
    }
  }

  async #publish(
    file: string,
    bytes: Uint8Array,
    target: string,
    look: FileLook,
    published: Published,
    over: Over,
  ): Promise<string | undefined> {
    const { files, names, keeper, sync, aside } = this.#options;
    return names.claim(target, async (claim) => {
      const mtime = await files.write(file, bytes, look, sync);
      const finished = { file, target, published, look, mtime, folded: claim.folded };
      return aside.keeping(target, over, (meet) =>
        keeper.put(finished, async (from) => {
          await meet();
          return names.put(from, target, { ...claim, ifFree: over === 'nothing' }, finished);
        }),
      );
    });
  }
}
