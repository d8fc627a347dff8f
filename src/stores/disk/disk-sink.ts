/** A directory as a sink, once it is open. Its own things stand in `.sluice/`, on the same file system as the final names. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../../crash-points.ts';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type {
  FileLook,
  FreeSpace,
  Over,
  PartFile,
  Published,
  PublishedFile,
  Sink,
  SinkAbilities,
  TopicPositions,
  UnfinishedUpload,
} from '../contract.ts';
import { Notices } from '../notices.ts';
import type { SharedSink } from '../shared-sink.ts';
import { ownFolder } from '../target-name.ts';
import type { RemovedName, SinkLink, TreeSink } from '../tree-names.ts';
import { writesAnywhere } from '../writes-anywhere.ts';
import { GiveAttributes } from './attributes/give-attributes.ts';
import type { DiskCalls } from './calls.ts';
import { descriptorShare } from './descriptor-share.ts';
import { FileLooks } from './file-look.ts';
import { type Claim, FinalNames } from './final-names.ts';
import { Folders } from './folders.ts';
import { fewerFilesText, Handles } from './handles.ts';
import { joinNames } from './joined-names.ts';
import { KeptAside } from './kept-aside.ts';
import { leftParts } from './left-parts.ts';
import type { NameKeeper } from './name-keeper.ts';
import { OwnFolder } from './own-folder.ts';
import { diskPartFile, type PartFileOptions } from './part-file.ts';
import { type PublishPartParts, publishPart } from './publish-part.ts';
import { publishedFile } from './published-file.ts';
import { PublishedWholes } from './published-wholes.ts';
import { Refusals, syncing } from './refusals.ts';
import { RemovedNames } from './removed-names.ts';
import type { SinkJournal } from './sink-journal.ts';
import { ownMemory } from './sink-memory.ts';
import type { DiskSinkSettings } from './sink-options.ts';
import { leastSpaceAt, writeAndRemove } from './space.ts';
import { foldedBy, type Spelling } from './spelling.ts';
import { StandingFiles } from './standing-file.ts';
import { ToldFolders } from './told-folders.ts';
import { Way } from './way.ts';
import { WholeFiles } from './whole-file.ts';

export class DiskSink implements Sink {
  readonly place: string;
  readonly id: string;
  readonly isCopy: boolean;
  readonly caseInsensitive: boolean;
  readonly abilities: SinkAbilities;
  readonly #folded: (target: string) => string | null;
  readonly #root: string;
  readonly #parts: string;
  readonly #calls: DiskCalls;
  readonly #journal: SinkJournal;
  readonly #keeper: NameKeeper;
  readonly shared: SharedSink | undefined;
  // Undefined in a group: what its members change at each other's folders and files, none of them sees.
  readonly folder?: NonNullable<TreeSink['folder']>;
  readonly join?: NonNullable<TreeSink['join']>;
  readonly #handles: Handles;
  readonly #folders: Folders;
  readonly #way: Way;
  readonly #standing: StandingFiles;
  readonly #names: FinalNames;
  readonly #notices = new Notices();
  readonly #wholes: PublishedWholes;
  readonly #own: OwnFolder;
  readonly #aside: KeptAside;
  readonly #removed: RemovedNames;
  readonly #told: ToldFolders | undefined;
  readonly #ofParts: PublishPartParts & PartFileOptions;
  #checks = 0;

  /** `root` is where the place really is. */
  constructor(place: string, root: string, spelling: Spelling, options: DiskSinkSettings) {
    const { calls, identify, keepsStamps, backup, group, attributes: wish } = options;
    const anywhere = writesAnywhere(process.platform === 'win32' ? 'windows' : 'posix');
    this.abilities = { ...anywhere, reserved: backup?.within, attributes: true };
    this.place = place;
    this.#folded = (target) => foldedBy(spelling, target);
    this.caseInsensitive = spelling.caseInsensitive;
    this.#root = root;
    this.#calls = calls;
    const refusals = new Refusals(place, this.#notices);
    const sync = syncing(calls, refusals);
    const memory = group ?? ownMemory(root, refusals, identify);
    this.#parts = join(root, memory.parts);
    this.#journal = memory.journal;
    this.shared = memory.shared;
    ({ id: this.id, isCopy: this.isCopy } = memory.journal);
    const attributes = new GiveAttributes({ place, calls, notices: this.#notices, wish });
    const looks = new FileLooks(place, calls, refusals, this.#notices, attributes);
    this.#own = new OwnFolder(place, root, this.#parts, calls);
    const own = this.#own;
    const withDescriptor = <T>(work: () => Promise<T>): Promise<T> => this.#handles.withDescriptor(work);
    const way = new Way({ calls, root, realRoot: root, withDescriptor });
    this.#way = way;
    const made = (folder: string) => this.#keeper.madeFolder(folder);
    this.#folders = new Folders({ root, way, calls, refusals, made, attributes });
    const [parts, folders, journal, notices] = [this.#parts, this.#folders, this.#journal, this.#notices];
    this.#keeper = memory.names(folders);
    const keeper = this.#keeper;
    const otherSpelling = (target: string) => this.#names.otherSpelling(target);
    const removed = new RemovedNames({ calls, folders, keeper, journal, backup, otherSpelling, attributes });
    this.#removed = removed;
    if (memory.own !== undefined) {
      const of = { parts, calls, folders, journal: memory.own };
      const spelt = { folded: this.#folded, otherSpelling };
      const told = new ToldFolders({ ...of, ...spelt, way, removed, notices, attributes });
      this.#told = told;
      this.folder = (target, folder) => this.#through(target, () => told.place(target, folder));
      this.join = (wish) => this.#through(wish.target, () => joinNames(of, wish));
    }
    this.#standing = new StandingFiles(root, calls, way);
    this.#names = new FinalNames({
      ...{ calls, folders, notices, withDescriptor },
      isRelied: (file) => this.#handles.isRelied(file),
      folded: this.#folded,
      collision: (target, folded) => journal.collision(target, folded),
      isShared: keeper.isShared,
      attributes,
    });
    this.#aside = new KeptAside({ root, parts, calls, folders, journal, withDescriptor });
    const [names, aside] = [this.#names, this.#aside];
    this.#wholes = new PublishedWholes({
      ...{ parts, folders, names, keeper, own, aside, sync },
      files: new WholeFiles({ calls, looks, withDescriptor }),
      isPlain: (target) => !keeper.isShared && this.#folded(target) === null,
    });
    for (const folder of ['', ownFolder, memory.parts]) folders.touch(folder);
    this.#handles = new Handles({
      calls,
      limit: descriptorShare(),
      keepsStamps,
      made: () => folders.touch(memory.parts),
      spare: () => this.#way.release(),
      lowered: (limit, cause) => this.#notices.say('open-files', fewerFilesText(limit, cause)),
    });
    this.#ofParts = { calls, looks, handles: this.#handles, aside, names, keeper, sync, refusals, own };
  }

  async published(target: string): Promise<Published | undefined> {
    return this.#standing.published(target, this.#keeper.look(target));
  }

  async newest(target: string): Promise<string | undefined> {
    return this.#keeper.look(target)?.upload || undefined;
  }

  async digestOfTarget(target: string, algorithm: string, size?: number): Promise<string | undefined> {
    // Most files are new in a new folder: asking the disk for each would cost as much as writing it.
    const isNew = !this.#keeper.isShared && this.#folders.madeFolderOf(target);
    if (isNew || this.#names.otherSpelling(target) !== undefined) return undefined;
    return this.#standing.digest(target, algorithm as ChecksumAlgorithm, size);
  }

  async timeOfTarget(target: string): Promise<string | undefined> {
    if (this.#names.otherSpelling(target) !== undefined) return undefined;
    return this.#standing.time(target, () => this.#journal.published(target));
  }

  proveAside(): Promise<void> {
    return this.#aside.prove();
  }

  async openPublished(target: string): Promise<PublishedFile | undefined> {
    const descriptor = await this.#standing.open(target);
    if (descriptor === undefined) return undefined;
    return publishedFile({ calls: this.#calls, handles: this.#handles, parts: this.#parts }, descriptor);
  }

  part(upload: string): PartFile {
    return diskPartFile(this.#partName(upload), this.#ofParts);
  }

  publish(...[upload, target, look, published, over = 'anything']: Parameters<Sink['publish']>) {
    const work = (claim: Claim): Promise<string | undefined> =>
      publishPart(this.#ofParts, this.#partName(upload), { target, look, published, over }, claim);
    return this.#through(target, () => this.#names.claim(target, work));
  }

  publishWhole(
    bytes: Uint8Array,
    target: string,
    look: FileLook,
    published: Published,
    over: Over = 'anything',
  ): Promise<string | undefined> {
    const work = (): Promise<string | undefined> =>
      this.#wholes.publish(bytes, target, look, published, over);
    return this.#told === undefined ? work() : this.#told.through(target, work);
  }

  async adopt(target: string, published: Published): Promise<void> {
    // Somebody else put it there, or a run that was killed: whether it would survive a power cut, nobody knows.
    const stats = await this.#standing.makeDurable(target, this.#ofParts.sync);
    if (stats === undefined) return;
    this.#folders.touchWay(target);
    const of = { folded: this.#folded(target), modified: null, mtime: String(stats.mtimeNs) };
    await this.#keeper.adopt(target, { ...published, ...of }, stats.ino);
  }

  remove(target: string, upload: string): Promise<RemovedName> {
    return this.#through(target, () => this.#removed.remove(target, upload));
  }

  link(target: string, link: SinkLink, over: Over = 'anything'): Promise<string | undefined> {
    const work = ({ folded }: Claim): Promise<string | undefined> =>
      this.#aside.keeping(target, over, (meet) =>
        this.#removed.link(target, link, { folded, ifFree: over === 'nothing' }, meet),
      );
    return this.#through(target, () => this.#names.claim(target, work));
  }

  linkAt(target: string): Promise<string | undefined> {
    return this.#standing.link(target);
  }

  async quarantine(upload: string, target: string): Promise<void> {
    const file = this.#partName(upload);
    await this.#through(target, async () => {
      // An empty file has not been opened yet.
      await this.#handles.use(file, async () => {});
      await this.#handles.close(file);
      await this.#names.put(file, target);
      await this.#handles.end(file);
    });
    this.#journal.noteGone(upload);
  }

  async discard(upload: string): Promise<void> {
    await this.clear(upload);
    this.#journal.noteGone(upload);
  }

  async clear(upload: string): Promise<void> {
    await this.#handles.end(this.#partName(upload)).catch(() => {});
    await rm(this.#partName(upload), { force: true });
    crashPoint('part:after-unlink');
  }

  unfinished(): Promise<readonly UnfinishedUpload[]> {
    const [root, parts, journal, handles] = [this.#root, this.#parts, this.#journal, this.#handles];
    return leftParts({ root, parts, names: this.abilities.names, journal, handles });
  }

  async positions(): Promise<readonly TopicPositions[]> {
    return this.#journal.positions();
  }

  async checkpoint(uploads: readonly UnfinishedUpload[], positions?: TopicPositions): Promise<void> {
    await this.#own.confirm();
    // Both at one moment: what is published from here on is not durable when the folders are.
    const noted = this.#journal.noted();
    const changed = this.#folders.takeChanged();
    const sync = () => this.#handles.withDescriptor(() => this.#folders.sync(changed));
    await (this.#told === undefined ? sync() : this.#told.settle(changed, sync));
    await this.#handles.withDescriptor(() => this.#journal.checkpoint(uploads, noted, positions));
    // What is open cannot be unmounted.
    await this.#way.release();
  }

  check(): Promise<void> {
    return writeAndRemove(join(this.#parts, `check-${this.#checks++}`));
  }

  freeSpace(): Promise<FreeSpace> {
    return leastSpaceAt([this.#root, this.#parts]);
  }

  async close(): Promise<void> {
    await this.#handles.closeAll();
    await this.#way.close();
    await this.#journal.close();
    this.#own.close();
  }

  notices(tell: (message: string) => void): void {
    this.#notices.listen(tell);
  }

  /** Work on a name: see {@link OwnFolder.guard}, {@link ToldFolders.through}. */
  #through<T>(target: string, work: () => Promise<T>): Promise<T> {
    const told = this.#told;
    return this.#own.guard(told === undefined ? work : () => told.through(target, work));
  }

  #partName(upload: string): string {
    return join(this.#parts, upload);
  }
}
