/** Objects are put in place, and say what they are: on the condition that what was found before still stands there. */
import type { Published } from '../../contract.ts';
import { ReplacedError } from '../../replaced.ts';
import { isCode } from '../../store-fault.ts';
import { VanishedError } from '../../vanished.ts';
import type { Metadata, ObjectLook, ObjectWriter } from '../contract.ts';
import { memberOf, uploadOf } from './metadata.ts';
import { SpoiltFault } from './spoilt-fault.ts';
import type { Standing } from './standing.ts';

/** An object that was put in place. */
export interface Put {
  readonly tag: string;
  readonly metadata: Metadata;
}

export interface PuttingParts {
  readonly objects: ObjectWriter;
  readonly standing: Standing;
  readonly keyOf: (target: string) => string;
  /** What objects of ours say of us, where we are the member of a group. */
  readonly member: string | undefined;
}

export class Putting {
  readonly #parts: PuttingParts;

  constructor(parts: PuttingParts) {
    this.#parts = parts;
  }

  /**
   * Runs what puts an object in place. `stood`: it was there already, for an answer had been lost, or somebody else had put it there. Throws
   * ReplacedError where it is one of another upload, or the one that another member has put there: one of them is to tell of it.
   */
  async unlessOurs(
    target: string,
    { upload, size }: Published,
    work: () => Promise<Put>,
  ): Promise<Put & { readonly stood: boolean }> {
    const { objects, standing, keyOf, member } = this.#parts;
    try {
      return { ...(await work()), stood: false };
    } catch (error) {
      // It says of itself that it is ours: by that alone it would be taken for what was meant.
      if (error instanceof SpoiltFault) standing.expect(target, { tag: error.tag, size, metadata: {} });
      const isGone = isCode(error, 'ENOENT');
      if (!isGone && !isCode(error, 'ESTALE')) throw error;
      standing.forget(target);
      const look = await objects.look(keyOf(target));
      if (look !== undefined && look.size === size && uploadOf(look.metadata) === upload) {
        // An answer may have been lost, and who has put it there since says so itself.
        if (member !== undefined && memberOf(look.metadata) !== member)
          throw new ReplacedError(`another member has put ${target} in place`, { cause: error });
        return { ...look, stood: true };
      }
      if (isGone)
        throw new VanishedError(`what went up of ${target} is not there any more`, { cause: error });
      throw new ReplacedError(`${target} is another one by now`, { cause: error });
    }
  }

  /** Has an object say what it is, unless it does; false where there is none. Where another one stands there by now, that one says so itself. */
  async describe(target: string, standing: ObjectLook, metadata: Metadata): Promise<boolean> {
    if (Object.entries(metadata).every(([name, value]) => standing.metadata[name] === value)) return true;
    const { objects, keyOf, member } = this.#parts;
    try {
      await objects.rewrite(keyOf(target), standing, metadata, member !== undefined);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return false;
      if (!isCode(error, 'ESTALE')) throw error;
    }
    return true;
  }
}
