/** What stands on disks in one run: the source and its model, the sink and its copies, and what is not to be touched. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../support/fault-proxy.ts';
import { nobody } from '../support/nobody.ts';
import type { Disks } from './disks.ts';
import type { Evidence, Outcome, Scene, Tree } from './judge.ts';
import { type Known, namesIn, readTree } from './look.ts';
import { isHidden } from './names.ts';
import type { Plan } from './plan.ts';
import { SourceModel } from './source-model.ts';
import { makeOwn, openTarget, type Target } from './target.ts';

export interface StageOptions {
  readonly folder: string;
  readonly disks: Disks;
  readonly refusing: string;
}

export class Stage {
  readonly uploader = 'shop';
  readonly model = new SourceModel();
  readonly source: string;
  readonly aside: string;
  /** The folder for what Node keeps of the program that it compiled: all runs share it. */
  readonly cache: string;
  readonly #plan: Plan;
  readonly #outside: string;
  readonly #target: Target;
  readonly #known: Known = new Map();
  #sinks = 0;
  #isSaved = false;

  private constructor(plan: Plan, cache: string, folder: string, target: Target) {
    this.#plan = plan;
    this.#target = target;
    this.cache = cache;
    this.source = join(folder, 'source');
    this.aside = join(folder, 'aside');
    this.#outside = join(folder, 'outside');
    makeOwn(plan, join(this.sink, this.uploader));
    target.bar(this.sink);
  }

  /** Removed with its owner. */
  static async open(plan: Plan, { folder, disks, refusing }: StageOptions, owner: Owner): Promise<Stage> {
    const own = await mkdtemp(join(folder, `seed-${plan.seed}-`));
    owner.after(() => rm(own, { recursive: true, force: true, maxRetries: 5 }));
    fs.chmodSync(own, 0o755);
    for (const name of ['source', 'aside', 'outside', 'target']) fs.mkdirSync(join(own, name));
    const outside = join(own, 'outside');
    // Whoever follows a link there could write.
    fs.chmodSync(outside, 0o777);
    const target = await openTarget({
      plan,
      uploader: 'shop',
      folder: join(own, 'target'),
      outside,
      disks,
      refusing,
      owner,
    });
    return new Stage(plan, join(folder, 'cache'), own, target);
  }

  get sink(): string {
    return join(this.#target.place, `sink-${this.#sinks}`);
  }

  get env(): Readonly<Record<string, string>> {
    return this.#target.env;
  }

  tree(): Tree {
    return readTree(this.sink, this.#known, '.sluice');
  }

  mend(): Promise<void> {
    return this.#target.mend(this.sink);
  }

  /** From now on the sink is a copy of itself. */
  moveOn(): void {
    const before = this.sink;
    this.#sinks++;
    copy(before, this.sink);
  }

  /** `live`: what changes meanwhile is copied as it is found. */
  save(live: boolean): void {
    fs.rmSync(this.#saved, { recursive: true, force: true });
    try {
      copy(this.sink, this.#saved);
    } catch (error) {
      if (!live) throw error;
    }
    this.#isSaved = true;
  }

  restore(): void {
    if (!this.#isSaved) return;
    fs.rmSync(this.sink, { recursive: true, force: true });
    copy(this.#saved, this.sink);
  }

  forget(): void {
    // Somebody may be writing there.
    fs.rmSync(join(this.sink, '.sluice'), { recursive: true, force: true, maxRetries: 10, retryDelay: 10 });
  }

  /** Files where none may be, and changes of the source that nobody made. */
  faultsOutside(): string[] {
    const faults = namesIn(this.#outside).map(
      (name) => `${JSON.stringify(name)} was written outside of the sink, through a link`,
    );
    const copies = new Set([
      ...Array.from({ length: this.#sinks + 1 }, (_, sink) => `sink-${sink}`),
      'saved',
    ]);
    for (const name of namesIn(this.#target.place))
      if (!copies.has(name) && name !== 'lost+found')
        faults.push(`${JSON.stringify(name)} was made beside the sink`);
    const files = [...readTree(this.source, this.#known)].filter(([, { kind }]) => kind === 'file');
    const changed = files.filter(([path, { digest }]) => this.model.look(path)?.digest !== digest);
    if (changed.length > 0 || files.length !== this.model.paths.length)
      faults.push('somebody changed the source');
    return faults;
  }

  evidence(up: Outcome, down: Outcome): Evidence {
    return { ...this.scene(), parts: namesIn(join(this.sink, '.sluice', 'parts')), up, down };
  }

  scene(): Scene {
    const { uploader, model } = this;
    const looks = new Map(
      model.paths.map((path) => [path, fs.lstatSync(join(this.source, path), { bigint: true })]),
    );
    const right = process.geteuid?.() === 0 ? 0o004n : 0o400n;
    const isBound = this.#plan.asNobody || process.geteuid?.() !== 0;
    const unreadable = new Set(
      [...looks].filter(([, { mode }]) => isBound && (mode & right) === 0n).map(([path]) => path),
    );
    const times = this.#target.keepsTimes
      ? new Map([...looks].map(([path, { mtimeNs }]) => [path, mtimeNs]))
      : undefined;
    const isSelected = (path: string): boolean => this.#isSelected(path);
    return {
      model,
      uploader,
      isSelected,
      unreadable,
      bar: (path) => this.#bar(path),
      times,
      tree: this.tree(),
    };
  }

  #isSelected(path: string): boolean {
    // A sink's own folder is nobody's file.
    if (path.split('/')[0] === '.sluice') return false;
    return this.#plan.uploaderFlags.includes('--hidden') || !isHidden(path);
  }

  /** What stands in the way of a path, or undefined. */
  #bar(path: string): string | undefined {
    const segments = [this.uploader, ...path.split('/')];
    let at = this.sink;
    for (const [index, segment] of segments.entries()) {
      const folder = fs.lstatSync(at);
      at = join(at, segment);
      const look = fs.lstatSync(at, { throwIfNoEntry: false });
      const isLast = index === segments.length - 1;
      if (look?.isSymbolicLink()) return 'a link stands there';
      if (isLast && look?.isDirectory()) return 'a folder stands there';
      if (!isLast && look?.isFile()) return 'a file stands on the way';
      if ((isLast || look === undefined) && !this.#mayWrite(folder)) return 'the folder is another owner’s';
      if (look === undefined) return undefined;
    }
    return undefined;
  }

  #mayWrite({ uid, mode }: fs.Stats): boolean {
    if (process.geteuid?.() !== 0) return (mode & 0o200) !== 0;
    return !this.#plan.asNobody || (uid === nobody && (mode & 0o200) !== 0);
  }

  get #saved(): string {
    return join(this.#target.place, 'saved');
  }
}

/** `cp -a`. */
function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to], { stdio: ['ignore', 'ignore', 'pipe'] });
}
