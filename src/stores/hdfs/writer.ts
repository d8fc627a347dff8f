/**
 * A folder of HDFS as something to write to. Bytes go to a temporary file below `.sluice`, which gets its final name when all of it was
 * verified: nothing is ever seen there before, and what stood there is replaced at once.
 */
import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';
import type { Notices } from '../notices.ts';
import type { Condition, Metadata, ObjectLook, ObjectWriter, StandingPart } from '../objects/contract.ts';
import { once } from '../patiently.ts';
import { ignoreMissing, isAway, isCode, StoreFault } from '../store-fault.ts';
import { AppendedFile } from './appended-file.ts';
import { lookOfMetadata, metadataOfAttribute } from './attributes.ts';
import { FileChecksum } from './checksum.ts';
import type { HdfsClient } from './client.ts';
import { FileFacts } from './file-facts.ts';
import { listFiles } from './listing.ts';
import { partSizeFor } from './part-size.ts';
import type { HdfsPlace } from './place.ts';
import { type FileStatus, tagOf } from './status.ts';

export class HdfsWriter implements ObjectWriter {
  readonly place: HdfsPlace;
  readonly where: string;
  readonly names = 'hdfs';
  readonly describedAt = 'end';
  /** What stands under a name is compared first, and replaced then. */
  readonly replacesAtOnce = false;
  readonly partSizeFor = partSizeFor;
  readonly #hdfs: HdfsClient;
  /** Of temporary files, with a slash at its end. */
  readonly #folder: string;
  readonly #notices: Notices;
  readonly #facts: FileFacts;
  readonly #open = new Map<string, AppendedFile>();
  /** Those that have all that they are to say of themselves. */
  readonly #described = new Map<string, FileStatus>();

  /** Temporary files that nobody needs any more. */
  readonly #strays = new Set<string>();

  constructor(hdfs: HdfsClient, folder: string, notices: Notices) {
    this.#hdfs = hdfs;
    this.place = hdfs.place;
    this.where = [...hdfs.place.namenodes.toSorted(), hdfs.place.prefix].join('/');
    this.#folder = folder;
    this.#notices = notices;
    this.#facts = new FileFacts(hdfs, notices);
  }

  async put(key: string, bytes: Uint8Array, metadata: Metadata, condition: Condition): Promise<string> {
    const path = `${this.#folder}whole-${randomUUID()}`;
    try {
      await this.#create(path, bytes, metadata);
      const checksum = (blockSize: number): FileChecksum => new FileChecksum(blockSize).update(bytes);
      const status = await this.#verified(path, bytes.length, checksum, metadata);
      await this.#rename(path, key, condition);
      return tagOf(status);
    } catch (error) {
      this.#strays.add(path);
      throw error;
    } finally {
      if (this.#strays.size > 0) await this.#removeStrays();
    }
  }

  async begin(_key: string, metadata: Metadata): Promise<string> {
    const upload = randomUUID();
    const path = this.#folder + upload;
    await this.#create(path, new Uint8Array(0), metadata);
    const { blockSize } = await this.#hdfs.status(path);
    this.#open.set(upload, new AppendedFile(this.#hdfs, path, blockSize));
    return upload;
  }

  async part(key: string, upload: string, number: number, bytes: Uint8Array): Promise<StandingPart> {
    await this.#file(key, upload).append(number, bytes);
    return { number, tag: '', checksum: undefined };
  }

  async hasEnded(_key: string, upload: string): Promise<boolean> {
    try {
      await this.#hdfs.status(this.#folder + upload);
      return false;
    } catch (error) {
      return isCode(error, 'ENOENT');
    }
  }

  async complete(
    key: string,
    upload: string,
    _parts: readonly StandingPart[],
    condition: Condition,
    metadata: Metadata,
  ): Promise<string> {
    const { path, size, checksum } = this.#file(key, upload);
    const status =
      this.#described.get(upload) ?? (await this.#verified(path, size, () => checksum, metadata));
    this.#described.set(upload, status);
    await this.#rename(path, key, condition);
    this.#forget(upload);
    return tagOf(status);
  }

  async abort(key: string, upload: string): Promise<void> {
    this.#open.get(upload)?.end(this.#missing(key));
    await this.remove(this.#folder + upload);
    this.#forget(upload);
  }

  /** Those of former runs were removed when it was opened. */
  async openUploads(): Promise<readonly string[]> {
    return [];
  }

  async rewrite(key: string, { tag }: Omit<ObjectLook, 'metadata'>, metadata: Metadata): Promise<void> {
    const status = await this.#hdfs.status(key);
    if (tagOf(status) !== tag) throw this.#stale(key);
    try {
      await this.#facts.describe(key, status, metadata);
    } catch (error) {
      // It is somebody else's, and right as it is.
      if (!isCode(error, 'EACCES')) throw error;
      this.#notices.say(
        'others',
        `${this.place.url} has files of others that stand there already, and may not be marked: they are read whenever they are asked about (${(error as Error).message})`,
      );
    }
  }

  async look(key: string): Promise<ObjectLook | undefined> {
    try {
      const [status, attribute] = await Promise.all([this.#hdfs.status(key), this.#facts.attribute(key)]);
      if (status.type === 'DIRECTORY') return undefined;
      const metadata = metadataOfAttribute(attribute, status.modificationTime);
      return { tag: tagOf(status), size: status.length, metadata, written: status.modificationTime };
    } catch (error) {
      if (!isCode(error, 'ENOTDIR')) ignoreMissing(error);
      return undefined;
    }
  }

  async *read(key: string, tag: string | undefined): AsyncGenerator<Uint8Array> {
    const asked = { method: 'GET', op: 'OPEN', path: key, doing: 'read' } as const;
    const body = await this.#hdfs.data(asked);
    try {
      for await (const chunk of body) yield chunk as Uint8Array;
    } catch (error) {
      throw this.#hdfs.meaning(error, asked);
    }
    if (tag !== undefined && tagOf(await this.#hdfs.status(key)) !== tag) throw this.#stale(key);
  }

  async list(prefix: string): Promise<readonly string[]> {
    const keys: string[] = [];
    try {
      for await (const page of listFiles(this.#hdfs, prefix, once, () => true, false))
        for (const { key } of page) if (keys.length < 1000) keys.push(key);
    } catch (error) {
      ignoreMissing(error);
    }
    return keys;
  }

  async remove(key: string): Promise<void> {
    await this.#hdfs
      .json({ method: 'DELETE', op: 'DELETE', path: key, doing: 'remove' })
      .catch(ignoreMissing);
  }

  close(): void {
    this.#hdfs.close();
  }

  /** What cannot be removed now is tried again behind the next file, and removed by the next start. */
  async #removeStrays(): Promise<void> {
    for (const path of this.#strays) {
      try {
        await this.remove(path);
        this.#strays.delete(path);
      } catch {
        return;
      }
    }
  }

  async #create(path: string, body: Uint8Array, metadata: Metadata): Promise<void> {
    const { permission = '644' } = lookOfMetadata(metadata);
    const parameters = { overwrite: 'false', permission };
    await this.#hdfs.text({ method: 'PUT', op: 'CREATE', path, doing: 'write', parameters, body });
  }

  /** Has a temporary file say what it is; resolves with how it looks then. Throws when it has other bytes than were sent. */
  async #verified(
    path: string,
    size: number,
    checksum: (blockSize: number) => FileChecksum,
    metadata: Metadata,
  ): Promise<FileStatus> {
    const [status, said] = await Promise.all([
      this.#hdfs.status(path),
      size > 0 && this.#facts.checksum(path),
    ]);
    const agrees = said === false || said === undefined ? undefined : checksum(status.blockSize).agrees(said);
    if (status.length !== size || agrees === false)
      throw this.#fault(
        path,
        'ENOENT',
        'write',
        `it arrived with other bytes than were sent (${status.length} of ${size})`,
      );
    if (size > 0 && agrees === undefined)
      this.#notices.say(
        'checksum',
        `${this.place.url} says no checksum of files that could be compared${said ? ` (${said.algorithm})` : ''}: what arrives there is compared by its length alone`,
      );
    return this.#facts.describe(path, status, metadata);
  }

  /** Its final name, if what stands under that is what the condition says. */
  async #rename(path: string, key: string, condition: Condition): Promise<void> {
    if (typeof condition === 'object') {
      const status = await this.#hdfs.status(key).catch(ignoreMissing);
      if (status === undefined || tagOf(status) !== condition.tag) throw this.#stale(key);
    }
    // Of what must not stand there HDFS itself sees to it.
    const renameoptions = condition === 'nothing' ? 'NONE' : 'OVERWRITE';
    try {
      try {
        await this.#renameBy(renameoptions, path, key);
      } catch (error) {
        if (!isCode(error, 'ENOENT') || !key.includes('/')) throw error;
        // Its folder may be missing. What was to be renamed may be, too: then it fails again.
        const folder = key.slice(0, key.lastIndexOf('/'));
        await this.#hdfs.json({ method: 'PUT', op: 'MKDIRS', path: folder, doing: 'make' });
        await this.#renameBy(renameoptions, path, key);
      }
    } catch (error) {
      if (isCode(error, 'EACCES') || isAway(error)) throw error;
      const status = await this.#hdfs.status(key).catch(() => undefined);
      if (status?.type === 'DIRECTORY')
        throw this.#fault(key, 'EISDIR', 'write', 'a folder stands under this name');
      throw isCode(error, 'EEXIST') ? this.#stale(key) : error;
    }
  }

  /** Gateways that know no options (HttpFS) rename by older rules, and say with `false` that they did not. */
  async #renameBy(renameoptions: 'NONE' | 'OVERWRITE', path: string, key: string): Promise<void> {
    const parameters = { destination: `/${key}`, renameoptions };
    const rename = { method: 'PUT', op: 'RENAME', path, doing: 'put in place', parameters } as const;
    const { boolean } = await this.#hdfs.json<{ readonly boolean?: boolean }>(rename);
    if (boolean !== false) return;
    const stands = await this.#hdfs.status(key).then(() => true, ignoreMissing);
    if (stands !== true) throw this.#missing(key);
    if (renameoptions === 'NONE') throw this.#fault(key, 'EEXIST', 'write', 'a file stands there');
    throw new ConfigurationError(
      `${this.place.url} replaces no file by renaming another (renameoptions): what answers is a gateway, such as HttpFS; name a namenode`,
    );
  }

  #file(key: string, upload: string): AppendedFile {
    const file = this.#open.get(upload);
    if (file === undefined) throw this.#missing(key);
    return file;
  }

  #forget(upload: string): void {
    this.#open.delete(upload);
    this.#described.delete(upload);
  }

  #missing(key: string): StoreFault {
    return this.#fault(key, 'ENOENT', 'write', 'what was written is not there any more');
  }

  #stale(key: string): StoreFault {
    return this.#fault(key, 'ESTALE', 'write', 'the file is another one by now');
  }

  #fault(key: string, code: string, doing: string, reason: string): StoreFault {
    return new StoreFault(`cannot ${doing} ${this.#hdfs.shown(key)}: ${reason}`, { scope: 'name', code });
  }
}
