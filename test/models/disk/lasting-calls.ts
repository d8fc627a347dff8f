/**
 * The system's calls on a sink's folder, in an order that a property chooses, up to the one at which the power is cut; and beside them
 * what a disk would have kept of each, by the least that POSIX promises.
 */
import { fstatSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { DiskCalls } from '../../../src/stores/disk/calls.ts';
import { InPlace } from '../../../src/stores/disk/in-place.ts';
import { DiskModel, type Fate, type Remains } from '../../powercut/disk-model.ts';
import type { DiskCall } from '../../powercut/log.ts';
import type { Life } from '../../support/killable.ts';

const own = '.sluice';

export interface LastingOptions {
  /** The sink's folder, which holds `.sluice/parts` and nothing that is not durable. */
  readonly root: string;
  readonly life: Life;
  /** How many turns of the event loop each call waits, again and again. */
  readonly waits: readonly number[];
  readonly fate: Fate;
}

/** What is found after the power was cut. */
export interface Found {
  readonly remains: Remains;
  /** The journal's files, by their names in `.sluice`. */
  readonly journal: ReadonlyMap<string, Buffer>;
}

export class LastingCalls extends DiskCalls {
  readonly #options: LastingOptions;
  readonly #disk: DiskModel;
  readonly #inPlace: InPlace = new LastingInPlace(
    () => this.#spend(),
    (call) => this.#take(call),
    (path) => this.#nameOf(path),
  );
  #count = 0;
  #waited = 0;
  #found: Found | undefined;

  constructor(options: LastingOptions) {
    super(true, () => 0);
    this.#options = options;
    const { root } = options;
    const inode = (path: string): string => String(lstatSync(join(root, path), { bigint: true }).ino);
    this.#disk = new DiskModel(inode(''), { [own]: inode(own) });
    this.#take({ kind: 'mkdir', inode: inode(`${own}/parts`), path: `${own}/parts` });
    this.#flush(inode(own), this.#count);
    this.standing(root, '');
  }

  /** As it was when the power was cut; if it never was, as it is. */
  get found(): Found {
    return this.#found ?? this.#look();
  }

  /** What is promised from then on is promised by nobody: only the disk's calls end with the power, and not what waits for none. */
  get isCut(): boolean {
    return this.#found !== undefined;
  }

  override async open(path: string, flags: string | number, mode?: number): Promise<number> {
    await this.#turn();
    const name = this.#nameOf(path);
    const isNew = lstatSync(path, { throwIfNoEntry: false }) === undefined;
    const file = await super.open(path, flags, mode);
    if (isNew) this.#take({ kind: 'create', inode: inodeOf(file), path: name });
    return file;
  }

  override async write(file: number, bytes: Uint8Array, position = 0): Promise<void> {
    await this.#turn();
    await super.write(file, bytes, position);
    this.#take({ kind: 'write', inode: inodeOf(file), position, bytes: Buffer.from(bytes) });
  }

  override resizeNow(file: number, size: number): void {
    super.resizeNow(file, size);
    this.#take({ kind: 'truncate', inode: inodeOf(file), size });
  }

  override async makeFolder(path: string): Promise<void> {
    await this.#turn();
    await super.makeFolder(path);
    const inode = String(lstatSync(path, { bigint: true }).ino);
    this.#take({ kind: 'mkdir', inode, path: this.#nameOf(path) });
  }

  override async rename(from: string, to: string): Promise<void> {
    await this.#turn();
    const names = { from: this.#nameOf(from), to: this.#nameOf(to) };
    await super.rename(from, to);
    this.#take({ kind: 'rename', ...names });
  }

  /** Calls in place, wherever the next one would not wait anyway. */
  override get atOnce(): InPlace | undefined {
    const { waits } = this.#options;
    return (waits[this.#waited % Math.max(1, waits.length)] ?? 0) === 0 ? this.#inPlace : undefined;
  }

  /** Only what was done before it began is promised. */
  override async sync(file: number): Promise<void> {
    const upto = this.#count;
    await this.#turn();
    this.#flush(inodeOf(file), upto);
  }

  override syncData(file: number): Promise<void> {
    return this.sync(file);
  }

  /** Files that stood there before, as durable as their folder. */
  private standing(folder: string, path: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const name = path === '' ? entry.name : `${path}/${entry.name}`;
      const full = join(folder, entry.name);
      const inode = String(lstatSync(full, { bigint: true }).ino);
      if (entry.isDirectory()) {
        if (name !== own && name !== `${own}/parts`) this.#take({ kind: 'mkdir', inode, path: name });
        this.standing(full, name);
      } else if (path !== own) {
        this.#take({ kind: 'create', inode, path: name });
        this.#take({ kind: 'write', inode, position: 0, bytes: readFileSync(full) });
        this.#flush(inode, this.#count);
      }
    }
    this.#flush(String(lstatSync(folder, { bigint: true }).ino), this.#count);
  }

  /** Waits for the next turn. */
  async turn(): Promise<void> {
    const { waits } = this.#options;
    for (let left = waits[this.#waited++ % Math.max(1, waits.length)] ?? 0; left > 0; left -= 1)
      await new Promise(setImmediate);
  }

  /** Waits, and counts. */
  async #turn(): Promise<void> {
    await this.turn();
    this.#spend();
  }

  /** Whoever is dead does nothing any more. */
  #spend(): void {
    const { life } = this.#options;
    try {
      life.spend();
    } catch (error) {
      this.#found ??= this.#look();
      throw error;
    }
  }

  #look(): Found {
    const { root, fate } = this.#options;
    const names = readdirSync(join(root, own)).filter((name) => name.startsWith('journal.db'));
    const journal = new Map(names.map((name) => [name, readFileSync(join(root, own, name))]));
    return { remains: this.#disk.cut(fate), journal };
  }

  #take(call: DiskCall): void {
    if (this.#found !== undefined) return;
    this.#count += 1;
    this.#disk.take(call);
  }

  #flush(inode: string, upto: number): void {
    this.#take({ kind: 'flush', inode, upto });
  }

  /** Relative to the root, whichever way it is named. */
  #nameOf(path: string): string {
    const held = /^\/proc\/self\/fd\/\d+/.exec(path)?.[0];
    const real = held === undefined ? path : readlinkSync(held) + path.slice(held.length);
    return relative(this.#options.root, real).split(sep).join('/');
  }
}

/** The calls by which small files are put under their names at once. */
class LastingInPlace extends InPlace {
  readonly #spend: () => void;
  readonly #take: (call: DiskCall) => void;
  readonly #nameOf: (path: string) => string;

  constructor(spend: () => void, take: (call: DiskCall) => void, nameOf: (path: string) => string) {
    super(
      () => 0,
      () => {},
    );
    this.#spend = spend;
    this.#take = take;
    this.#nameOf = nameOf;
  }

  override open(path: string, flags: string | number, mode?: number): number {
    this.#spend();
    const file = super.open(path, flags, mode);
    this.#take({ kind: 'create', inode: inodeOf(file), path: this.#nameOf(path) });
    return file;
  }

  override write(file: number, bytes: Uint8Array, position: number): number {
    this.#spend();
    const written = super.write(file, bytes, position);
    this.#take({ kind: 'write', inode: inodeOf(file), position, bytes: Buffer.from(bytes) });
    return written;
  }

  override rename(from: string, to: string): void {
    this.#spend();
    const names = { from: this.#nameOf(from), to: this.#nameOf(to) };
    super.rename(from, to);
    this.#take({ kind: 'rename', ...names });
  }
}

function inodeOf(file: number): string {
  return String(fstatSync(file, { bigint: true }).ino);
}
