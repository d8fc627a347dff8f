/** Calls on a sink's folder that are refused, and somebody else who meddles with it at one of them. */
import fs from 'node:fs';
import { join } from 'node:path';
import { type CallName, RefusingCalls } from '../../support/refusing-calls.ts';

/** What a disk refuses: for good, or so many times. */
export interface Refusing {
  readonly call: CallName;
  readonly code: string;
  readonly times: number;
  /** Of calls that name this alone; undefined: of all. */
  readonly name?: string | undefined;
}

/** What somebody does at a call, counted from the first. */
export interface Meddling {
  readonly does:
    | 'changes a part'
    | 'swaps a folder'
    | 'removes what the sink keeps'
    | 'lays a link for a part';
  readonly at: number;
}

export interface OddDisk {
  readonly refusals: readonly Refusing[];
  readonly meddling: Meddling | undefined;
  /** Times are kept as FAT does, every second second. */
  readonly isCoarse: boolean;
}

export class OddCalls extends RefusingCalls {
  readonly #root: string;
  readonly #outside: string;
  readonly #isCoarse: boolean;

  /** `outside`: where links lead to. */
  constructor(root: string, outside: string, disk: OddDisk) {
    const left = disk.refusals.map(({ times }) => times);
    let count = 0;
    let meddling = disk.meddling;
    super((call, args) => {
      if (meddling !== undefined && count++ >= meddling.at && this.#meddle(meddling.does, call, args))
        meddling = undefined;
      const at = disk.refusals.findIndex((one, index) => {
        const isNamed = one.name === undefined || args.some((arg) => String(arg).endsWith(`/${one.name}`));
        return one.call === call && isNamed && left[index]! > 0;
      });
      if (at === -1) return undefined;
      left[at]! -= 1;
      return disk.refusals[at]!.code;
    });
    this.#root = root;
    this.#outside = outside;
    this.#isCoarse = disk.isCoarse;
  }

  override setTimes(file: number, seconds: string): Promise<void> {
    return super.setTimes(file, this.#isCoarse ? String(Math.floor(Number(seconds) / 2) * 2) : seconds);
  }

  /** False: not at this call. */
  #meddle(does: Meddling['does'], call: CallName, args: readonly unknown[]): boolean {
    const own = join(this.#root, '.sluice');
    if (does === 'changes a part') return call === 'sync' && changePart(Number(args[0]));
    if (does === 'removes what the sink keeps') fs.rmSync(own, { recursive: true, force: true });
    else if (does === 'lays a link for a part') {
      for (const number of [0, 1, 2, 3, 4, 5]) {
        const link = join(own, 'parts', `whole-${number}`);
        if (!fs.existsSync(link)) fs.symlinkSync(join(this.#outside, `written-${number}`), link);
      }
    } else this.#swap();
    return true;
  }

  #swap(): void {
    const folder = join(this.#root, 'shop/deep');
    if (!fs.existsSync(folder)) return;
    fs.renameSync(folder, join(this.#root, 'kept-aside'));
    fs.symlinkSync(this.#outside, folder);
  }

  /** Puts right what was swapped. */
  mend(): void {
    const folder = join(this.#root, 'shop/deep');
    if (!fs.existsSync(join(this.#root, 'kept-aside'))) return;
    fs.rmSync(folder, { force: true });
    fs.renameSync(join(this.#root, 'kept-aside'), folder);
  }
}

/**
 * Changes the temporary file that is being made durable, if it is one of an upload: by then it is verified, and nothing of ours is on its
 * way. What happens beside a write, or in the same tick of the file system's clock, cannot be told from it (ADR 142).
 */
function changePart(part: number): boolean {
  if (!/\/parts\/[0-9a-f]{32}$/.test(fs.readlinkSync(`/proc/self/fd/${part}`))) return false;
  const { ctimeNs } = fs.fstatSync(part, { bigint: true });
  do fs.writeSync(part, 'x', 0);
  while (fs.fstatSync(part, { bigint: true }).ctimeNs === ctimeNs);
  return true;
}
