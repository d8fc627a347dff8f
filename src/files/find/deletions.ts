/**
 * What is gone from the source, for sinks to remove it too (`delete`). A walk says what is there; what was sent and was not met is looked
 * for by itself. That much is gone at once, or all, is more often a disk that is not mounted than a wish: it is told then, and no sink is.
 */
import { describeError } from '../../errors.ts';
import { rootPath } from '../../records/path.ts';
import { mayStand } from '../../records/state-record.ts';
import type { Selection, Source, SourceFile } from '../../stores/contract.ts';
import type { Gone } from '../send/send-removals.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import type { MaxDelete } from '../shared/options.ts';
import type { UploadState } from '../state/upload-state.ts';
import { selects } from './selection.ts';

/** Names that are looked for at once. */
const looks = 16;

export interface DeletionsOptions {
  readonly source: Source;
  readonly selection: Selection;
  readonly state: UploadState;
  readonly maxDelete: MaxDelete | undefined;
  /** Whether that something is absent can be believed, by what the run has seen: see `GoneFiles`. */
  readonly isBelieved: () => Promise<boolean>;
  /** True while a version of this path is on its way. */
  readonly isBusy: (path: string) => boolean;
}

/** What one walk has met. */
export interface Walked {
  readonly met: ReadonlySet<string>;
  /** How many of these are folders. */
  readonly folders: number;
  /** Files and folders that could not be looked at: whatever is below stays. */
  readonly spared: readonly string[];
  readonly root: Promise<string | undefined>;
}

/** `unsure`: why of some that were not met nobody knows whether they are gone. */
export type Plan =
  | { readonly remove: readonly Gone[]; readonly unsure?: string | undefined }
  | { readonly refused: string; readonly gone: number; readonly known: number };

export class Deletions {
  readonly #options: DeletionsOptions;
  #met = new Set<string>();
  #folders = 0;
  #spared: string[] = [];
  #root: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(options: DeletionsOptions) {
    this.#options = options;
  }

  /** A walk begins. */
  begins(): void {
    this.#met = new Set();
    this.#folders = 0;
    this.#spared = [];
    this.#root = this.#options.source.rootId();
    this.#root.catch(() => {});
  }

  /** The walk has come by a file, or a folder. */
  met({ path, isFolder }: SourceFile): void {
    if (!this.#options.state.has(path) || path === rootPath) return;
    this.#met.add(path);
    if (isFolder) this.#folders++;
  }

  /** The walk cannot tell what is there, or below. */
  spare(path: string): void {
    this.#spared.push(path);
  }

  /** The walk has gone through all of the source. */
  ended(): Walked {
    return { met: this.#met, folders: this.#folders, spared: this.#spared, root: this.#root };
  }

  /** What is gone, or why nobody is to be told of it. */
  async plan(walked: Walked): Promise<Plan> {
    const { source, isBelieved } = this.#options;
    const { missing, known } = this.#missing(walked);
    if (missing.length === 0) return { remove: [] };
    const elsewhere = `${source.place} is another folder than the one that was sent from: nothing is removed at the sinks. If a disk is to be mounted there, mount it`;
    const refused = { refused: elsewhere, gone: missing.length, known };
    const root = await walked.root;
    const isSame = async (): Promise<boolean> => root !== undefined && (await source.rootId()) === root;
    if (!(await isSame()) || !(await isBelieved())) return refused;
    const unsure: string[] = [];
    const looked = await fewAtOnce(missing, looks, async (file) =>
      (await this.#isGone(file, unsure)) ? [file] : [],
    );
    const gone = looked.flat();
    // The disk may have gone while they were looked at.
    if (!(await isSame())) return refused;
    // Folders go where they are empty, and prove nothing of files.
    const files = gone.filter(({ former }) => former.kind !== 'folder').length;
    const fault = excess(files, known, this.#options.maxDelete);
    if (fault === undefined) return { remove: gone, unsure: unsure[0] };
    const message = `${files} of the ${known} files that were sent are gone from ${source.place}, ${fault}`;
    return { refused: message, gone: files, known };
  }

  /** `known`: how many files were sent. */
  #missing({ met, folders, spared }: Walked): { readonly missing: Gone[]; readonly known: number } {
    const { state, selection, isBusy } = this.#options;
    const isSpared = new Set(spared);
    const missing: Gone[] = [];
    let known = met.size - folders;
    for (const path of state.paths) {
      if (met.has(path) || path === rootPath) continue;
      const former = state.get(path);
      if (former === undefined || former.state === 'sending' || !mayStand(former)) continue;
      if (former.kind !== 'folder') known++;
      if (isBusy(path) || !selects(selection, path) || ways(path).some((way) => isSpared.has(way))) continue;
      missing.push({ path, former });
    }
    return { missing, known };
  }

  /** What cannot be looked at, or is left out where it stands, is not gone. */
  async #isGone({ path, former }: Gone, unsure: string[]): Promise<boolean> {
    const { source } = this.#options;
    try {
      if ((await source.look(path)) !== undefined || (await source.hides?.(path))) return false;
      if (former.kind === 'folder' && (await source.isFolder?.(path))) return false;
      if (source.mayBeMissing?.(path) !== true) return true;
      const [part] = path.split('/', 1);
      unsure.push(`${part}, one of the sources, has no file at all: nothing is taken for removed there`);
      return false;
    } catch (error) {
      unsure.push(describeError(error));
      return false;
    }
  }
}

/** The folders on the way to a path, and itself. */
function ways(path: string): string[] {
  const ways = [path];
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
    ways.push(path.slice(0, slash));
  return ways;
}

/** Why so many are too many, as the end of a sentence; undefined where they are not. Pure. */
export function excess(gone: number, known: number, most: MaxDelete | undefined): string | undefined {
  const remedy = `nothing is removed at the sinks. If they are to be removed there, say --max-delete ${gone}`;
  if (most === undefined) return 2 * gone > known ? `more than half: ${remedy}` : undefined;
  if ('files' in most)
    return gone > most.files ? `more than the ${most.files} of --max-delete: ${remedy}` : undefined;
  const isMore = 100 * gone > most.percent * known;
  return isMore ? `more than the ${most.percent} % of --max-delete: ${remedy}` : undefined;
}
