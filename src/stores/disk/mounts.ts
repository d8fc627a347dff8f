/** What is mounted below a directory: calls there end at another disk than the directory's own. */
import { readFile, realpath, statfs } from 'node:fs/promises';

/** File systems whose calls end, by the magic numbers of Linux's statfs(2) and by their names. */
const localKinds = new Set([0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0x01021994, 0x794c7630]);
const localNames = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'tmpfs', 'overlay']);

/** True when a directory, and all that is mounted below it now, is known to be on this machine. */
export async function isLocalTree(directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  // Some that are mounted by programs do not say what they are.
  const kind = (await statfs(directory).catch(() => undefined))?.type;
  if (kind === undefined || !localKinds.has(kind)) return false;
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => undefined);
  if (mounts === undefined) return false;
  return mountsBelow(mounts, await realpath(directory)).every((kind) => localNames.has(kind));
}

/** Those of which people know the name, by the same numbers. */
const otherKinds = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9P'],
  [0x65735546, 'FUSE'],
  [0x4d44, 'FAT'],
  [0x2011bab0, 'exFAT'],
]);

/**
 * Why several processes cannot write to a directory without getting into each other's way; undefined where they can: where names are looked up
 * and renamed in one place, at once and once, and nothing is mounted below, where no file can be renamed to.
 */
export async function whyNotShareable(directory: string): Promise<string | undefined> {
  if (process.platform !== 'linux')
    return 'on this system nobody can tell whether a folder is on a disk of this machine';
  const kind = (await statfs(directory)).type;
  if (!localKinds.has(kind))
    return `it is on ${otherKinds.get(kind) ?? `a file system of the type 0x${kind.toString(16)}`}, which is not known to show a new name to everybody at once`;
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  if (mountsBelow(mounts, await realpath(directory)).length === 0) return undefined;
  return 'another file system is mounted below it, and no file can be renamed to that';
}

/** FUSE, by the magic number of Linux's statfs(2). */
const fuse = 0x65735546;

/** True where a program makes the file system (FUSE). Linux hands it one write of a file after the other anyway. */
export async function isMadeByProgram(directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return (await statfs(directory).catch(() => undefined))?.type === fuse;
}

/** The names of the file systems that are mounted below a real path, from the text of Linux's proc_pid_mountinfo(5). Pure. */
export function mountsBelow(mounts: string, directory: string): string[] {
  const prefix = directory === '/' ? '/' : `${directory}/`;
  return mounts.split('\n').flatMap((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    const place = (mount.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return place.startsWith(prefix) && place !== '/' ? [source.split(' ')[0] ?? ''] : [];
  });
}
