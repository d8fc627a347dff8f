/**
 * Files that are remembered, and are gone from the source. Those that were half sent are given up, so that downloaders need not
 * keep what came of them; and nothing is remembered any more of those that the topic has lost too.
 *
 * That a file is not there proves nothing where the whole source may be missing: a disk that is not mounted leaves an empty folder.
 * So it is believed where the root is the one under which files were seen before, or where a walk comes by half of them.
 */
import type { Kafka } from '../../kafka/contract.ts';
import type { FileState } from '../../records/state-record.ts';
import { versionOf } from '../../records/upload-id.ts';
import type { Source } from '../../stores/contract.ts';
import type { UploadEvent } from '../shared/events.ts';
import { uploadWaits } from '../shared/upload-waits.ts';
import { RootEvidence } from './root-evidence.ts';
import type { UploadState } from './upload-state.ts';

export interface GoneFilesOptions {
  readonly kafka: Kafka;
  readonly source: Source;
  readonly state: UploadState;
  readonly topic: { readonly name: string; readonly id: string };
  readonly signal: AbortSignal;
  readonly onEvent: (event: UploadEvent) => void;
  /** What is to be told of is not forgotten before. */
  readonly isKept: (file: FileState) => boolean;
  /** Tells downloaders that a half-sent upload is given up, and remembers that. */
  readonly abort: (path: string, begun: FileState) => Promise<void>;
}

export class GoneFiles {
  readonly #options: GoneFilesOptions;
  readonly #evidence: RootEvidence;
  #hasWarned = false;
  #nextSweep = 0;

  constructor(options: GoneFilesOptions) {
    this.#options = options;
    this.#evidence = new RootEvidence(options.source, options.state);
  }

  /** Says under which root the source's files stand, if nobody has said so yet. Before {@link UploadState.makeReady}. */
  async begin(): Promise<void> {
    const { source, state } = this.#options;
    const root = await source.rootId();
    if (root !== undefined && (state.root === undefined || state.size === 0)) state.beginUnder(root);
  }

  /** A walk begins. */
  begins(): void {
    this.#evidence.begins();
  }

  /** The walk has come by a file that is remembered. */
  found(path: string): void {
    this.#evidence.found(path);
  }

  /** No file stands under this path any more. */
  async vanished(path: string): Promise<void> {
    const begun = this.#options.state.get(path);
    if (begun?.state === 'sending' && (await this.isBelieved())) await this.#abortGone(path, begun);
  }

  /** All of the source was walked through. */
  async walked(): Promise<void> {
    if (performance.now() < this.#nextSweep || this.#options.state.size === 0) return;
    if (!(await this.isBelieved())) return this.#warn();
    this.#nextSweep = performance.now() + uploadWaits.goneSweep;
    const { kafka, state, topic, signal, isKept } = this.#options;
    const earliest = await kafka.offsets(topic.name, 'earliest');
    const forgettable: string[] = [];
    for (const [path, file] of state.files()) {
      if (signal.aborted) return;
      if (file.state === 'sending') await this.#abortGone(path, file);
      else if (isKept(file)) continue;
      else if (isLost(file, topic.id, earliest) && (await this.#isGone(path))) forgettable.push(path);
    }
    // The disk may have gone while they were looked at.
    if (forgettable.length > 0 && (await this.isBelieved())) await state.forget(forgettable, topic.id);
  }

  /** Whether it proves something that a file is not there. */
  async isBelieved(): Promise<boolean> {
    const { source, state, topic } = this.#options;
    const root = await source.rootId();
    if (root === undefined) return false;
    if (state.root === root) return true;
    if (!(await this.#evidence.speaksFor(root))) return false;
    state.beginUnder(root);
    await state.makeReady(topic.id);
    return true;
  }

  async #abortGone(path: string, begun: FileState): Promise<void> {
    const { state, abort } = this.#options;
    if (!(await this.#isGone(path))) return;
    const now = state.get(path);
    if (now?.state === 'sending' && now.upload === begun.upload) await abort(path, begun);
  }

  async #isGone(path: string): Promise<boolean> {
    const { source } = this.#options;
    return source.look(path).then(
      (file) => file === undefined && source.mayBeMissing?.(path) !== true,
      () => false,
    );
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const { source, onEvent } = this.#options;
    const message = `${source.place} is another folder than the one that was sent from, and has none of its files: if a disk is to be mounted there, mount it; nothing that was sent is taken for removed meanwhile`;
    onEvent({ type: 'warning', message });
  }
}

/** True when the topic has nothing of a file any more, nor of the version before it. Pure. */
function isLost(file: FileState, topicId: string, earliest: ReadonlyMap<number, number>): boolean {
  // Versions of a clock that was ahead of ours would take all later ones along.
  if (versionOf(file.upload) > Date.now() * 1000) return false;
  if (file.topic !== topicId) return true;
  const versions = file.before === undefined ? [file] : [file, file.before];
  return versions.every(({ partition, last }) => last < (earliest.get(partition) ?? 0));
}
