/** What the parts of a downloader share: the sink, the progress, and how the end of a file is decided and told. */
import type { ConsumedRecord } from '../../kafka/contract.ts';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type { FileFacts } from '../../records/file-facts.ts';
import type { UploadRef } from '../../records/file-record.ts';
import type { Sink, UnfinishedUpload } from '../../stores/contract.ts';
import { ReplacedError } from '../../stores/replaced.ts';
import { Room } from '../../stores/room.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import type { DownloadEvent, FailedEvent } from '../shared/events.ts';
import type { Deletions, Overwrite } from '../shared/options.ts';
import type { Progress } from '../shared/progress.ts';
import { TurnByKey } from '../shared/turn-by-key.ts';
import type { IncomingBytes } from './incoming-bytes.ts';
import type { IncomingUpload } from './incoming-upload.ts';
import { OrderedBytes, type OrderedRooms } from './ordered-bytes.ts';
import { StoredBytes } from './stored-bytes.ts';

export interface ReceiveContextOptions {
  /** Patient: whatever waiting mends, it waits for. */
  readonly sink: Sink;
  /** What the topic that is read is called, for traces. */
  readonly topicName?: string;
  /** Kafka's id of the topic that is read. */
  readonly topic: string;
  readonly progress: Progress;
  /** Bytes of memory for a sink that is written to in order: a quarter for what comes early, one for uploads that come, a half for those that are fetched again. */
  readonly orderedBytes: number;
  /** Ends the verifying of what is not published yet. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: DownloadEvent) => void;
  /** Uploads that may be open at once, and files that are kept until their names can be written. */
  readonly maxOpen: number;
  /** What becomes of a file that stands where another one is to be. Default: it is replaced. */
  readonly overwrite?: Overwrite;
  /** Whether names go that went at their source. */
  readonly deletions: Deletions;
  /** Whether symbolic links may lead out of their uploader's tree. */
  readonly unsafeLinks: boolean;
  /** True where a record was not dealt with before, and will be. Default: none will. */
  readonly isAhead?: (partition: number, offset: number) => boolean;
  /** Where the partitions of the topic end now. Default: nobody knows. */
  readonly ends?: () => Promise<ReadonlyMap<number, number>>;
  /** Hands an upload all of its chunks that the topic still has. */
  readonly fetchAgain: (upload: IncomingUpload) => Promise<void>;
}

/** What tells a file's content. */
export type Content = Pick<FileFacts, 'digest' | 'size'>;

/** Why an upload need not be received: this very version, or a newer one, stands at the sink. */
export type Standing = 'same' | 'newer' | 'other';

export class ReceiveContext {
  readonly options: ReceiveContextOptions;
  /** One file of a name is published at a time: versions are compared and replaced in one step. */
  readonly turns = new TurnByKey();

  /** Partition -> Kafka offset of the newest record that has come. */
  readonly #came = new Map<number, number>();
  readonly #rooms: OrderedRooms;
  readonly #told = new Set<string>();

  constructor(options: ReceiveContextOptions) {
    this.options = options;
    const { orderedBytes } = options;
    this.#rooms = {
      early: new Room(orderedBytes / 4),
      live: new Room(orderedBytes / 4),
      turns: new Room(orderedBytes / 2),
    };
  }

  /** For traces. */
  get topicName(): string {
    return this.options.topicName ?? this.options.topic;
  }

  /** A record comes, the next of its partition. */
  comes(partition: number, { offset, value }: ConsumedRecord): void {
    this.#came.set(partition, offset);
    const { progress } = this.options;
    progress.records++;
    progress.wireBytes += value?.length ?? 0;
  }

  /** True of a record that has not come yet, and will. */
  willCome(partition: number, offset: number): boolean {
    if (offset <= (this.#came.get(partition) ?? -1)) return false;
    return this.options.isAhead?.(partition, offset) === true;
  }

  /** How far these partitions have been read, as a text that is another one whenever a record of them has come. */
  reached(partitions: ReadonlySet<number>): string {
    return [...partitions].map((partition) => this.#came.get(partition) ?? -1).join();
  }

  /** True where what is wrong, or may not have its name, can be kept beside the files. */
  get canKeepAside(): boolean {
    return this.options.sink.abilities.writes === 'anywhere';
  }

  /** True where a file may wait for its name. Whoever takes partitions over from another member knows nothing of what that waits for. */
  get canHold(): boolean {
    return this.canKeepAside && !this.isMember;
  }

  /** True for one of a group's downloaders, which read some partitions each. */
  get isMember(): boolean {
    return this.options.sink.shared !== undefined;
  }

  /** What takes the bytes of an upload, as the sink can. `onTaken`: there is something that the sink is to remember. */
  bytesFor(
    { upload, target, size }: { readonly upload: string; readonly target: string; readonly size: number },
    unfinished: UnfinishedUpload | undefined,
    onTaken: () => void,
  ): IncomingBytes {
    const { sink } = this.options;
    const part = sink.part(upload, { target, size });
    if (this.canKeepAside)
      return new StoredBytes({
        ...{ part, size, target, ranges: unfinished?.ranges, onWritten: onTaken },
        // What another member of the group has of it, or an earlier run of ours, is nothing to go on with.
        isElsewhere: unfinished !== undefined && sink.shared !== undefined,
      });
    const isRestored = unfinished !== undefined;
    const memory = sink.abilities.memoryFor(size);
    return new OrderedBytes({ part, size, rooms: this.#rooms, memory, isRestored, onTaken });
  }

  /** Runs work that looks at a name and writes it, until nobody else has written it in between. */
  async untilNotReplaced<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ReplacedError)) throw error;
      }
    }
  }

  /** What the sink remembers of a name, compared with a version of it. */
  async recorded(target: string, upload: string): Promise<Standing | 'nothing'> {
    const newest = await this.options.sink.newest(target);
    if (newest === undefined) return 'nothing';
    const published = await this.options.sink.published(target);
    // Touched, edited or removed by somebody: it is not what was published, and still newer than what comes late.
    if (published === undefined) return newest > upload ? 'newer' : 'nothing';
    if (published.upload === upload) return 'same';
    return published.upload > upload ? 'newer' : 'other';
  }

  /** The same with a look at what stands there, for a sink that has forgotten: equal content is not written again. */
  async standing(target: string, upload: string, facts: Content): Promise<Standing> {
    const recorded = await this.recorded(target, upload);
    if (recorded !== 'nothing') return recorded;
    return (await this.stands(target, facts)) ? 'same' : 'other';
  }

  /** True when what stands under a name has this content, whether or not the sink remembers it. */
  async stands(target: string, { digest, size }: Content): Promise<boolean> {
    const algorithm = digest.slice(0, digest.indexOf(':')) as ChecksumAlgorithm;
    try {
      return (await this.options.sink.digestOfTarget(target, algorithm, size)) === digest;
    } catch (error) {
      // What may not be read proves nothing; whether it may be replaced is found out by doing so.
      if (!isPermanent(error)) throw error;
      return false;
    }
  }

  /** `keptAs`: where what stood there is now. */
  tellReceived(ref: UploadRef, facts: FileFacts, target: string, keptAs?: string): void {
    const { progress, onEvent } = this.options;
    progress.filesDone++;
    progress.bytesDone += facts.size;
    const { uploader, path, upload } = ref;
    const { size, digest } = facts;
    const kept = keptAs === undefined ? {} : { keptAs };
    onEvent({ type: 'received', uploader, path, upload, size, digest, target, ...kept });
  }

  /** A file that stands where this one was to be stays, as it was wished for. */
  tellNotReplaced(ref: UploadRef, target: string, reason: string): void {
    const { uploader, path, upload } = ref;
    this.options.progress.filesNotReplaced++;
    this.options.onEvent({ type: 'not-replaced', uploader, path, upload, target, reason });
  }

  tellUnchanged(): void {
    this.options.progress.filesUnchanged++;
  }

  /** A warning that is given once. */
  tellOnce(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.options.onEvent({ type: 'warning', message });
  }

  /** A record that is passed over may have been a file: it counts as one. */
  tellRefused(
    { partition, offset }: { readonly partition: number; readonly offset: number },
    reason: string,
    { uploader, path }: { readonly uploader: string | undefined; readonly path: string | undefined },
  ): void {
    const name = { ...(uploader === undefined ? {} : { uploader }), ...(path === undefined ? {} : { path }) };
    this.options.progress.filesFailed++;
    this.options.onEvent({ type: 'refused-record', partition, offset, reason, ...name });
  }

  tellFailed(ref: UploadRef, reason: FailedEvent['reason'], message: string): void {
    const { uploader, path, upload } = ref;
    this.options.progress.filesFailed++;
    this.options.onEvent({ type: 'failed', uploader, path, upload, reason, message });
  }
}

export function mismatchMessage(found: string, wanted: string): string {
  return `its digest is ${found}, and was ${wanted} at the source`;
}
