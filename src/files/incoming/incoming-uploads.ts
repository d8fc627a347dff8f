/** The uploads that are being received: begun, looked up, superseded by newer versions, ended. */
import type { UploadRef } from '../../records/file-record.ts';
import { rootPath } from '../../records/path.ts';
import type { UnfinishedUpload } from '../../stores/contract.ts';
import { isBelow, type TargetName, targetName } from '../../stores/target-name.ts';
import { IncomingUpload } from './incoming-upload.ts';
import { OpenLimit } from './open-limit.ts';
import type { ReceiveContext } from './receive-context.ts';

/** Ended uploads remembered, so that late records of them open nothing. */
const endedLimit = 10_000;

export class IncomingUploads {
  readonly #context: ReceiveContext;
  readonly #byId = new Map<string, IncomingUpload>();
  readonly #byTarget = new Map<string, Set<IncomingUpload>>();
  readonly #ended = new Set<string>();
  readonly #limit: OpenLimit<IncomingUpload>;

  constructor(context: ReceiveContext) {
    this.#context = context;
    this.#limit = new OpenLimit(context.options.maxOpen);
  }

  /** How many wait for records. */
  get open(): number {
    return this.all().filter(({ isHeld }) => !isHeld).length;
  }

  get(upload: string): IncomingUpload | undefined {
    return this.#byId.get(upload);
  }

  all(): IncomingUpload[] {
    return [...this.#byId.values()];
  }

  /** Those with bytes or facts that the sink has not been told to remember. */
  dirty(): IncomingUpload[] {
    return [...this.#byId.values()].filter((upload) => upload.dirty);
  }

  hasEnded(upload: string): boolean {
    return this.#ended.has(upload);
  }

  /** False when it had ended before. */
  end(upload: string): boolean {
    if (this.#ended.has(upload)) return false;
    if (this.#ended.size >= endedLimit) this.#ended.delete(this.#ended.values().next().value!);
    this.#ended.add(upload);
    return true;
  }

  /** An upload that was to end goes on: its bytes are fetched again. */
  revive(upload: IncomingUpload): void {
    upload.finishing = undefined;
    this.#ended.delete(upload.ref.upload);
  }

  /** Opens an upload of which nothing has been seen; undefined when it is not wanted: it stands already, or may not stand. */
  async begin(ref: UploadRef, size: number): Promise<IncomingUpload | undefined> {
    const target = this.targetOf(ref);
    if (target === undefined) return undefined;
    const standing = await this.#context.recorded(target, ref.upload);
    if (standing === 'same' || standing === 'newer') {
      if (this.end(ref.upload) && standing === 'same') this.#context.tellUnchanged();
      return undefined;
    }
    return this.#add(ref, size, target);
  }

  /** Begins an upload of which all is at hand. Undefined when it may not stand anywhere, or one of this id is open already. */
  beginWhole(ref: UploadRef, size: number): IncomingUpload | undefined {
    const target = this.targetOf(ref);
    if (target === undefined || this.#byId.has(ref.upload)) return undefined;
    this.end(ref.upload);
    return this.#add(ref, size, target);
  }

  /** Forgets what came of an upload, all of which is at hand now. */
  async beginAnew(upload: IncomingUpload): Promise<void> {
    this.end(upload.ref.upload);
    await upload.settled().catch(() => {});
    await this.#context.options.sink.clear(upload.ref.upload);
    upload.reset();
  }

  /** Goes on with what an earlier run left open, or another member of a group; not with what has come to its end here. */
  restore(one: UnfinishedUpload): IncomingUpload | undefined {
    if (this.#byId.has(one.upload) || this.#ended.has(one.upload)) return undefined;
    const target = this.targetOf(one);
    return target === undefined ? undefined : this.#add(one, one.size, target, one);
  }

  /** A record of an upload has come. Gives those that are to be set aside for it. */
  touch(upload: IncomingUpload): IncomingUpload[] {
    // What is whole, made of others' bytes, or being fetched again, ends by itself, or is kept until its name can be written.
    if (upload.close !== undefined && (upload.complete || upload.isFetched)) {
      this.#limit.end(upload);
      return [];
    }
    const tooMany = this.#limit.touch(upload);
    return tooMany.length === 0 ? tooMany : tooMany.filter((one) => isOpen(one));
  }

  /** Forgets an upload whose temporary file is gone. */
  remove(upload: IncomingUpload): void {
    const { ref, target } = upload;
    // Told as failed, and that is over: what becomes of it now is told anew.
    if (upload.isHeldTold) this.#context.options.progress.filesFailed--;
    upload.isHeld = false;
    upload.isHeldTold = false;
    upload.isGone = true;
    upload.end();
    this.#byId.delete(ref.upload);
    this.#limit.end(upload);
    const others = this.#byTarget.get(target);
    others?.delete(upload);
    if (others?.size === 0) this.#byTarget.delete(target);
    this.#context.options.progress.end(ref.upload);
  }

  /** The run ends: uploads that are still open are gone on with by another. */
  endAll(): void {
    for (const upload of this.#byId.values()) upload.end();
  }

  /** Ends an upload and discards what came of it. */
  async discard(upload: IncomingUpload): Promise<void> {
    const { sink } = this.#context.options;
    this.end(upload.ref.upload);
    this.remove(upload);
    await upload.settled().catch(() => {});
    await sink.discard(upload.ref.upload);
  }

  /** Gives up what goes on elsewhere: of what came of it nothing is left here, and it has not ended. */
  async leave(upload: IncomingUpload): Promise<void> {
    this.remove(upload);
    // Its end may have been cut short: what is read of it when its partition comes back is to be received.
    this.#ended.delete(upload.ref.upload);
    await upload.settled().catch(() => {});
    await this.#context.options.sink.clear(upload.ref.upload);
  }

  /** Discards older versions of a name: they will never be wanted. */
  async supersede(target: string, upload: string): Promise<void> {
    for (const other of this.#byTarget.get(target) ?? []) {
      if (other.ref.upload >= upload) continue;
      if (other.isHeld || !this.hasEnded(other.ref.upload)) await this.discard(other);
    }
  }

  /** Where a file belongs; undefined, and told once, when it may not stand anywhere. */
  targetOf(ref: UploadRef): string | undefined {
    return this.#told(ref, this.#nameOf(ref));
  }

  /** The same of a folder, which may be its uploader's own. */
  folderOf(ref: UploadRef): string | undefined {
    if (ref.path !== rootPath) return this.targetOf(ref);
    const target = this.#told(ref, this.#nameOf({ ...ref, path: 'any' }));
    return target?.slice(0, target.lastIndexOf('/'));
  }

  /** The same in silence. */
  placeOf(ref: UploadRef): string | undefined {
    const name = this.#nameOf(ref);
    return 'target' in name ? name.target : undefined;
  }

  #told(ref: UploadRef, name: TargetName): string | undefined {
    if ('target' in name) return name.target;
    if (this.end(ref.upload)) this.#context.tellFailed(ref, 'refused-name', name.refused);
    return undefined;
  }

  #nameOf({ uploader, path }: UploadRef): TargetName {
    const { names, reserved } = this.#context.options.sink.abilities;
    const name = targetName(uploader, path, names);
    if (reserved === undefined || !('target' in name) || !isBelow(reserved, name.target)) return name;
    return { refused: 'it would stand in the folder of --backup-dir' };
  }

  #add(ref: UploadRef, size: number, target: string, unfinished?: UnfinishedUpload): IncomingUpload {
    const { progress, topic } = this.#context.options;
    const { uploader, path, upload: id } = ref;
    const upload = new IncomingUpload({
      ref: { uploader, path, upload: id },
      topic,
      size,
      target,
      unfinished,
      bytes: (onTaken) => this.#context.bytesFor({ upload: id, target, size }, unfinished, onTaken),
    });
    this.#byId.set(id, upload);
    const others = this.#byTarget.get(target);
    if (others === undefined) this.#byTarget.set(target, new Set([upload]));
    else others.add(upload);
    progress.begin(id, target, size, upload.bytes);
    return upload;
  }
}

function isOpen({ finishing, again, isHeld, isGone }: IncomingUpload): boolean {
  return finishing === undefined && again === undefined && !isHeld && !isGone;
}
