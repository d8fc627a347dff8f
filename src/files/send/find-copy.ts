/**
 * Finds out, before a file is sent, whether its bytes are on the topic already (docs/adr/0255-a-copy-is-a-record.md). Without reading it where
 * inode, size and both times are those of a file that was sent: nothing was done to it but that a folder above it, or a name, is another. Else by
 * its digest, where a file of its size was sent.
 */
import type { CopySource } from '../../records/copy-source.ts';
import type { FileState } from '../../records/state-record.ts';
import type { FileLook, SourceFile } from '../../stores/contract.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { lookText } from '../shared/look-text.ts';
import type { NotTwice } from '../shared/options.ts';
import { hashUpTo } from './hash-file.ts';
import { ReadAllowance } from './read-allowance.ts';
import type { Retained } from './retained.ts';
import { hasMore, isStale } from './said-size.ts';
import type { SendContext } from './send-context.ts';

/** Of a smaller file a record takes more than a few per cent of what its bytes take. */
const leastCopied = 16 * 1024;
/** The digest that two files share by no accident, and by nobody's intent. */
const trusted = 'sha256:';

/** What is to be said of a file that is a copy. */
export interface FoundCopy extends FileLook {
  readonly of: CopySource;
  readonly digest: string;
}

/** A file that is being sent: its digest, where that was taken before, and when it is through. */
interface UnderWay {
  readonly digest: string | undefined;
  readonly through: Promise<void>;
  readonly end: () => void;
}

export interface FindCopiesOptions {
  readonly mode: NotTwice;
  /** Whether looks tell that a file is one that was sent. */
  readonly byLook: boolean;
  readonly retained: Retained;
  /** Files up to so many bytes share records: they are not read for this. */
  readonly packBelow: number;
}

export class FindCopies {
  readonly #options: FindCopiesOptions;
  readonly #allowance = new ReadAllowance();
  readonly #underWay = new Map<number, Set<UnderWay>>();

  constructor(options: FindCopiesOptions) {
    this.#options = options;
  }

  /** True when the file can be told from its looks to be one that was sent, and may be named: else small ones share records. */
  isUntouched(context: SendContext, file: SourceFile): boolean {
    const seen = this.#untouched(context, file);
    return seen !== undefined && this.#options.retained.mayStay(seen.of);
  }

  /**
   * Runs `send` unless the file is a copy; one of its size that is being sent is waited for, since it may have the same bytes. Resolves with what was
   * found, `stopped` when the signal came, or what `send` did.
   */
  async unlessCopy<T>(
    context: SendContext,
    file: SourceFile,
    send: () => Promise<T>,
  ): Promise<FoundCopy | 'stopped' | { readonly sent: T }> {
    const seen = this.#untouched(context, file);
    if (seen !== undefined && (await this.#stays(seen))) {
      const { mtime, mode } = file;
      return { ...seen, mtime, mode };
    }
    const least = this.#options.mode === 'always' ? 1 : leastCopied;
    const isWanted = file.size >= least && file.size > this.#options.packBelow;
    const isComparable = context.options.checksum === 'sha256' && !context.isUrgent;
    if (!isWanted || !isComparable) return { sent: await send() };
    const found = await this.#byDigest(context, file);
    if (found === 'stopped' || 'of' in found) return found;
    try {
      return { sent: await send() };
    } finally {
      this.#allowance.sent(file.size);
      found.end();
    }
  }

  /** Inode, size and times are as of a file that was sent: a rename of a folder leaves them, and so does another look by a link. */
  #untouched({ options: { source, state } }: SendContext, file: SourceFile): Found | undefined {
    const { size, inode, mtime, ctime } = file;
    const { mode, byLook } = this.#options;
    const least = mode === 'always' ? 1 : leastCopied;
    // Times that are so coarse are those of a place where much happens at one time; of objects, those of their copy.
    if (!byLook || source.abilities.appearsWhole || size < least || !isFine(ctime)) return undefined;
    const path = state.contents?.withInode(inode);
    const sent = path === undefined ? undefined : state.get(path);
    if (sent?.state !== 'sent' || sent.fingerprint.inode !== inode) return undefined;
    const { fingerprint } = sent;
    const isSame = fingerprint.size === size && fingerprint.mtime === mtime && fingerprint.ctime === ctime;
    return isSame ? sourceOf(path!, sent) : undefined;
  }

  /** A copy; or a file that is to be sent, noted as that in the same moment: of several at once the first is sent. */
  async #byDigest(context: SendContext, file: SourceFile): Promise<FoundCopy | UnderWay | 'stopped'> {
    const { state, signal } = context.options;
    let read: Read | undefined;
    for (;;) {
      if (signal.aborted) return 'stopped';
      const others = [...(this.#underWay.get(file.size) ?? [])];
      const mayBeSame = others.find(({ digest }) => digest === undefined || digest === read?.digest);
      const isKnown = mayBeSame !== undefined || state.contents?.hasSize(file.size);
      if (!isKnown || !(this.#options.mode === 'always' || this.#allowance.isLeft)) break;
      if (mayBeSame !== undefined) {
        await mayBeSame.through;
        continue;
      }
      if (read === undefined) {
        const result = await readOf(context, file);
        if (result === 'stopped') return result;
        if (result === undefined) break;
        read = result;
        continue;
      }
      const path = state.contents?.withDigest(read.digest);
      const sent = path === undefined ? undefined : state.get(path);
      const isSame =
        sent?.state === 'sent' && sent.digest === read.digest && sent.fingerprint.size === file.size;
      const found = isSame ? sourceOf(path!, sent) : undefined;
      if (found === undefined || !(await this.#stays(found))) {
        this.#allowance.inVain(file.size);
        break;
      }
      return { ...found, ...read };
    }
    return this.#begin(file.size, read?.digest);
  }

  #stays({ of }: Found): Promise<boolean> {
    return this.#options.retained.stays(of);
  }

  #begin(size: number, digest: string | undefined): UnderWay {
    const { promise: through, resolve } = Promise.withResolvers<void>();
    const others = this.#underWay.get(size) ?? new Set();
    const end = (): void => {
      others.delete(own);
      if (others.size === 0) this.#underWay.delete(size);
      resolve();
    };
    const own: UnderWay = { digest, through, end };
    this.#underWay.set(size, others.add(own));
    return own;
  }
}

type Found = Pick<FoundCopy, 'of' | 'digest'>;
type Read = Omit<FoundCopy, 'of'>;

/** A copy of a copy is one of what has the bytes. No one record range has those of a delta. */
function sourceOf(path: string, sent: FileState): Found | undefined {
  if (sent.since !== undefined) return undefined;
  const { upload, partition, first, last, digest, of = { upload, path, partition, first, last } } = sent;
  // A copy names one range.
  if (sent.stripes !== undefined && sent.of === undefined) return undefined;
  return digest?.startsWith(trusted) === true ? { of, digest } : undefined;
}

/** Whole hundredths of a second are what exFAT keeps: there a change time is what anybody set, and inodes are numbered anew at each mount. */
function isFine(time: string): boolean {
  return time !== '' && !time.endsWith('0000000');
}

/** What a file is, read for its digest; undefined when it is not what it was: whoever sends it finds that too. */
async function readOf(context: SendContext, file: SourceFile): Promise<Read | 'stopped' | undefined> {
  const { source, checksum } = context.options;
  const hasher = createFileHasher(checksum, file.size);
  const handle = await source.open(file.path);
  try {
    const opened = await handle.look();
    if (lookText(opened) !== lookText(file)) return undefined;
    const read = await hashUpTo(context, handle, hasher, file.size);
    if (read !== 'all') return read === 'stopped' ? read : undefined;
    const [now, named] = await Promise.all([handle.look(), source.look(file.path)]);
    if (lookText(now) !== lookText(file) || named === undefined || lookText(named) !== lookText(file))
      return undefined;
    if (await hasMore(handle, file.size)) return undefined;
    const { mtime, mode } = opened.kept ?? file;
    return { digest: await hasher.digest(), mtime, mode };
  } catch (error) {
    if (!isStale(error)) throw error;
    return undefined;
  } finally {
    hasher.drop();
    await handle.close();
  }
}
