/** The place that a downloader writes to: what kind of disk it is, what is wrong with it, and how that is mended. */
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { Owner } from '../support/fault-proxy.ts';
import { nobody } from '../support/nobody.ts';
import { smallDisk } from '../support/small-disk.ts';
import { type DiskKind, type Disks, diskKinds } from './disks.ts';
import type { Plan } from './plan.ts';

export interface Target {
  /** The folder that sinks, and copies of them, stand in. */
  readonly place: string;
  /** For the environment of the downloader. */
  readonly env: Readonly<Record<string, string>>;
  /** True where its disk holds every modification time that the source's does. */
  readonly keepsTimes: boolean;
  /** Puts in its way what the plan says. `sink`: the sink's root, which is there. */
  bar(sink: string): void;
  /** Takes all of that away. */
  mend(sink: string): Promise<void>;
}

export interface TargetOptions {
  readonly plan: Plan;
  /** The first folder of every path at the sink. */
  readonly uploader: string;
  /** An empty folder on the machine's own disk. */
  readonly folder: string;
  /** A folder that links lead to: nothing may come there. */
  readonly outside: string;
  readonly disks: Disks;
  /** The library of refusing.c. */
  readonly refusing: string;
  readonly owner: Owner;
}

/** Enough for everything that a plan writes. */
const roomy = { mebibytes: 512, inodes: 100_000 };

export async function openTarget(options: TargetOptions): Promise<Target> {
  const { plan, folder, refusing, owner } = options;
  const { target } = plan;
  const inMemory = ['small', 'few-inodes', 'tmpfs'].includes(target);
  const few = target === 'few-inodes' ? 12 : roomy.inodes;
  const disk = inMemory
    ? await smallDisk(owner, target === 'small' ? 1 : roomy.mebibytes, { inodes: few })
    : undefined;
  const isForeign = diskKinds.includes(target as DiskKind);
  const place =
    disk?.folder ?? (isForeign ? await options.disks.folderOn(target as DiskKind) : undefined) ?? folder;
  if (isForeign) owner.after(() => fs.rmSync(place, { recursive: true, force: true }));
  fs.chmodSync(place, 0o755);
  const env = { LD_PRELOAD: refusing, REFUSING_ROOT: place, REFUSING_CALLS: plan.refuses.join(',') };
  const barred = (sink: string): string[] => plan.barred.map((path) => join(sink, options.uploader, path));
  return {
    place,
    env: target === 'refusing' ? env : {},
    keepsTimes: !['refusing', 'ext4', 'ntfs'].includes(target),
    bar(sink) {
      for (const path of barred(sink)) bar(options, path);
    },
    async mend(sink) {
      await disk?.resize(roomy.mebibytes, roomy.inodes);
      for (const path of barred(sink)) unbar(plan, path);
    },
  };
}

/** Where something stands there already, that stays. */
function bar({ plan, outside }: TargetOptions, path: string): void {
  if (fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  try {
    if (plan.target === 'linked') fs.symlinkSync(outside, path);
    else makeOwn(plan, path);
    // Of somebody else; where that is who runs this, there is at least no right to write.
    if (plan.target !== 'foreign') return;
    fs.chmodSync(path, 0o555);
    if (process.geteuid?.() === 0) fs.chownSync(path, 0, 0);
  } catch (error) {
    // A file stands where one of its folders would be.
    if (!['ENOTDIR', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Makes a folder, and those on the way to it, that belong to whom the downloader runs as. */
export function makeOwn({ asNobody }: Pick<Plan, 'asNobody'>, path: string): void {
  const first = fs.mkdirSync(path, { recursive: true });
  if (first === undefined || !asNobody || process.geteuid?.() !== 0) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) fs.chownSync(made, nobody, nobody);
}

function unbar({ target, asNobody }: Plan, path: string): void {
  const look = fs.lstatSync(path, { throwIfNoEntry: false });
  if (look === undefined) return;
  if (target === 'linked' && look.isSymbolicLink()) fs.unlinkSync(path);
  if (target === 'foreign' && look.isDirectory()) {
    fs.chmodSync(path, 0o755);
    if (asNobody && process.geteuid?.() === 0) fs.chownSync(path, nobody, nobody);
  }
  // Only what is empty is in the way for no reason of its own.
  if (target === 'occupied' && look.isDirectory() && fs.readdirSync(path).length === 0) fs.rmdirSync(path);
}
