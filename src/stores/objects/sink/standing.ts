/**
 * What stands under names, looked at one by one or by their folders, and on what condition it may be replaced: that it still is what was
 * found last.
 */
import type { Over } from '../../contract.ts';
import { ReplacedError } from '../../replaced.ts';
import type { Condition, ObjectLook, ObjectWriter } from '../contract.ts';
import { FolderNames } from './folder-names.ts';
import { uploadOf } from './metadata.ts';

/** Who asks: questions of different kinds in a row are one look. */
export type Question = 'published' | 'newest' | 'digest' | 'time';

interface Look {
  readonly found: Promise<ObjectLook | undefined>;
  readonly at: number;
  readonly asked: Set<Question>;
}

/** Milliseconds that a look holds for the next question. */
const holds = 1000;
/** Names whose looks are kept, for those that are written soon. */
const most = 10_000;

export interface StandingOptions {
  readonly objects: ObjectWriter;
  readonly keyOf: (target: string) => string;
  /** What was not there when it was looked for is written if it still is not. */
  readonly keepsConditions: boolean;
}

export class Standing {
  readonly #objects: ObjectWriter;
  readonly #keyOf: (target: string) => string;
  readonly #looks = new Map<string, Look>();
  readonly #folders: FolderNames | undefined;

  constructor({ objects, keyOf, keepsConditions }: StandingOptions) {
    this.#objects = objects;
    this.#keyOf = keyOf;
    if (keepsConditions && objects.namesIn !== undefined)
      this.#folders = new FolderNames((folder) => objects.namesIn!(folder));
  }

  /** What stands there. Who asks the same again wants a new look. */
  async look(target: string, question: Question): Promise<ObjectLook | undefined> {
    const before = this.#looks.get(target);
    if (before !== undefined && !before.asked.has(question) && performance.now() - before.at < holds) {
      before.asked.add(question);
      return before.found;
    }
    return this.#lookAnew(target, question);
  }

  /**
   * On what condition the name may be written: what was found last still stands there. Throws ReplacedError where it is more than may stand there:
   * anything, or a newer version than `upload`, where that is given, which somebody may have found since it was decided to write.
   */
  async condition(target: string, over: Over = 'anything', upload?: string): Promise<Condition> {
    if (over === 'aside') throw new TypeError('a store keeps nothing aside');
    const found = await (this.#looks.get(target)?.found ?? this.#lookAnew(target, undefined));
    if (found === undefined) return 'nothing';
    const isNewer = upload !== undefined && (uploadOf(found.metadata) ?? '') > upload;
    if (over === 'nothing' || isNewer) throw new ReplacedError(`${target} stands there by now`);
    return { tag: found.tag };
  }

  /** What was found there last: whatever was compared was that. Undefined where nothing is known to stand there. */
  async found(target: string): Promise<ObjectLook | undefined> {
    return this.#looks.get(target)?.found;
  }

  /** What stands there is to be replaced, if it still is this one; whoever asks for more than that looks anew. */
  expect(target: string, look: ObjectLook): void {
    this.#keep(target, { found: Promise.resolve(look), at: Number.NEGATIVE_INFINITY, asked: new Set() });
  }

  /** It was written, or is another one than was found. */
  forget(target: string): void {
    this.#looks.delete(target);
    this.#folders?.mayStand(this.#keyOf(target));
  }

  async #lookAnew(target: string, question: Question | undefined): Promise<ObjectLook | undefined> {
    const found = this.#find(this.#keyOf(target), this.#looks.has(target));
    const look = { found, at: performance.now(), asked: new Set(question === undefined ? [] : [question]) };
    this.#keep(target, look);
    try {
      return await found;
    } catch (error) {
      if (this.#looks.get(target) === look) this.#looks.delete(target);
      throw error;
    }
  }

  /** Who looks again wants to know what stands there now, whatever was listed. */
  async #find(key: string, isAgain: boolean): Promise<ObjectLook | undefined> {
    if (!isAgain && (await this.#folders?.isAbsent(key))) return undefined;
    return this.#objects.look(key);
  }

  #keep(target: string, look: Look): void {
    this.#looks.delete(target);
    if (this.#looks.size >= most) this.#looks.delete(this.#looks.keys().next().value!);
    this.#looks.set(target, look);
  }
}
