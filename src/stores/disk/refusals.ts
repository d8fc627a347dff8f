/**
 * What a file system cannot do is found out once, said once, and done without: FAT, network shares and FUSE refuse the
 * permissions, times or the durability that others give, and nothing that a file holds is to wait for those.
 */
import { crashPoint } from '../../crash-points.ts';
import { describeError } from '../../errors.ts';
import type { Notices } from '../notices.ts';
import type { DiskCalls } from './calls.ts';

/** Codes by which a call is refused for good, and not by a disk that fails. */
const codes = new Set([
  'EACCES',
  'EBADF',
  'EINVAL',
  'EISDIR',
  'ENOSYS',
  'ENOTSUP',
  'ENOTTY',
  'EOPNOTSUPP',
  'EOVERFLOW',
  'EPERM',
  'ERANGE',
]);

/** True for an error by which the file system says that it does not do such a thing. */
export function isRefusal(error: unknown): boolean {
  return codes.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

const sentences = {
  mode: 'permissions are not kept there, files get those that the file system gives',
  times: 'modification times are not kept there, files get the time at which they come',
  sync: 'files cannot be made durable there, what came last may be lost with the power and is not fetched again',
  syncFolder:
    'names cannot be made durable there, what came last may be lost with the power and is not fetched again',
  gaps: 'files cannot be written behind their end there, zeros are written before what comes out of order',
  holes: 'files cannot be made longer there without writing, runs of zeros take room as other bytes do',
} as const;

export class Refusals {
  readonly #place: string;
  readonly #notices: Notices;
  readonly #refused = new Set<keyof typeof sentences>();

  constructor(place: string, notices: Notices) {
    this.#place = place;
    this.#notices = notices;
  }

  has(what: keyof typeof sentences): boolean {
    return this.#refused.has(what);
  }

  /** Notes and says that it is refused; throws what is no refusal. */
  note(what: keyof typeof sentences, error: unknown): void {
    if (!isRefusal(error)) throw error;
    this.#refused.add(what);
    this.#notices.say(what, `${this.#place}: ${sentences[what]} (${describeError(error)})`);
  }

  /** Runs work that may be refused. */
  async attempt(what: keyof typeof sentences, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.note(what, error);
    }
  }
}

/** Makes an open file durable, where the place can do that. */
export function syncing(calls: DiskCalls, refusals: Refusals): (file: number) => Promise<void> {
  return async (file) => {
    crashPoint('file:before-fsync');
    await refusals.attempt('sync', () => calls.sync(file));
    crashPoint('file:after-fsync');
  };
}
