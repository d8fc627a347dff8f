/** File systems of other kinds than the machine's own, in files that are mounted: made once for all runs, a folder of it for each. */
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../support/fault-proxy.ts';
import { runCommand } from '../support/process.ts';

const mebibyte = 1024 * 1024;

/** Kind -> bytes of the file, what makes the file system in it, and what mounts it. */
const recipes = {
  // With inodes of 128 bytes: times end in 2038, and there is no time of birth.
  ext4: { size: 256, make: ['mkfs.ext4', '-q', '-F', '-I', '128'], mount: ['mount', '-o', 'loop'] },
  xfs: { size: 320, make: ['mkfs.xfs', '-q', '-f'], mount: ['mount', '-o', 'loop'] },
  btrfs: { size: 256, make: ['mkfs.btrfs', '-q', '-f'], mount: ['mount', '-o', 'loop'] },
  // By FUSE.
  ntfs: { size: 256, make: ['mkntfs', '-q', '-F', '-Q'], mount: ['ntfs-3g', '-o', 'big_writes'] },
} as const;

export type DiskKind = keyof typeof recipes;
export const diskKinds = Object.keys(recipes) as DiskKind[];

export class Disks {
  readonly #owner: Owner;
  readonly #folder: string;
  readonly #say: (text: string) => void;
  readonly #mounted = new Map<DiskKind, Promise<string | undefined>>();

  constructor(owner: Owner, folder: string, say: (text: string) => void) {
    this.#owner = owner;
    this.#folder = folder;
    this.#say = say;
  }

  /** A new folder on such a disk; undefined, and said once, where there is none: nothing may be mounted, or the program for it is missing. */
  async folderOn(kind: DiskKind): Promise<string | undefined> {
    let mounting = this.#mounted.get(kind);
    if (mounting === undefined) {
      mounting = this.#mount(kind).catch((error: Error) => {
        this.#say(`no ${kind} on this machine, a plain folder instead: ${error.message.trim()}`);
        return undefined;
      });
      this.#mounted.set(kind, mounting);
    }
    const root = await mounting;
    return root === undefined ? undefined : mkdtemp(join(root, 'sink-'));
  }

  async #mount(kind: DiskKind): Promise<string> {
    const { size, make, mount } = recipes[kind];
    const [image, root] = [join(this.#folder, `${kind}.image`), join(this.#folder, kind)];
    const file = await open(image, 'w');
    await file.truncate(size * mebibyte);
    await file.close();
    await mkdir(root);
    this.#owner.after(() => rm(image, { force: true }));
    await must([...make, image]);
    await must([...mount, image, root]);
    this.#owner.after(() => must(['umount', '--lazy', root]));
    return root;
  }
}

async function must([command = '', ...args]: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, args);
  if (code !== 0) throw new Error(`${command}: ${stderr}${stdout}`);
}
