/**
 * What the file system below a folder can do, found out by doing it: FAT, network shares and FUSE refuse, or quietly leave
 * out, what others do. Everything is tried in a folder of its own, which is removed again.
 */
import * as disk from 'node:fs/promises';
import { join } from 'node:path';
import { probeTimes, type TimeRange } from './time-range.ts';

/** What a sink makes use of, each of which some file system does not have. */
export const abilities = [
  /** Permissions of a file. */
  'mode',
  /** A file's time of its last change. */
  'times',
  /** Making a file's bytes durable. */
  'sync',
  /** Making a folder's names durable. */
  'syncFolder',
  /** Giving a file its final name. */
  'rename',
  /** Doing so where a file has that name already. */
  'replace',
  'symbolicLinks',
  'hardLinks',
  /** Runs of zeros that take no space. */
  'holes',
  /** Names with characters that Windows keeps for itself, such as a colon. */
  'anyName',
  /** Names of 255 bytes. */
  'longNames',
] as const;
export type Ability = (typeof abilities)[number];

export interface FolderAbilities {
  /** What cannot be done: the system's code (`EPERM`, ...), or `ignored` when there was no error and no effect. */
  readonly lacks: Readonly<Partial<Record<Ability, string>>>;
  /** False: `A` and `a` are one name. */
  readonly caseSensitive: boolean;
  /** Which times are kept; undefined when none is. */
  readonly times: TimeRange | undefined;
  readonly freeBytes: number;
  /** How many more files; undefined where the file system has no such limit. */
  readonly freeInodes: number | undefined;
}

/** The calls that are tried. */
export type ProbeCalls = Pick<
  typeof disk,
  'link' | 'mkdtemp' | 'open' | 'rename' | 'rm' | 'stat' | 'statfs' | 'symlink' | 'writeFile'
>;

/** Rejects with the system's error when nothing can be written there at all. */
export async function probeAbilities(folder: string, calls: ProbeCalls = disk): Promise<FolderAbilities> {
  const place = await calls.mkdtemp(join(folder, '.sluice-probe-'));
  try {
    await calls.writeFile(join(place, 'Probe'), 'probe');
    const lacks: Partial<Record<Ability, string>> = {};
    for (const [ability, attempt] of Object.entries(attempts) as [Ability, Attempt][]) {
      const refusal = await attempt(place, calls).catch(
        (error: NodeJS.ErrnoException) => error.code ?? String(error),
      );
      if (refusal !== undefined) lacks[ability] = refusal;
    }
    const times = lacks.times === undefined ? await withFile(place, calls, probeTimes) : undefined;
    if (lacks.times === undefined && times === undefined) lacks.times = ignored;
    const other = await calls.stat(join(place, 'pROBE')).catch(() => undefined);
    const { bavail, bsize, files, ffree } = await calls.statfs(place);
    return {
      lacks,
      caseSensitive: other === undefined,
      times,
      freeBytes: bavail * bsize,
      freeInodes: files > 0 ? ffree : undefined,
    };
  } finally {
    await calls.rm(place, { recursive: true, force: true });
  }
}

/** Resolves with a reason, or rejects with the system's, when it cannot be done. */
type Attempt = (place: string, calls: ProbeCalls) => Promise<string | undefined>;

const ignored = 'ignored';
/** Bytes of a file without any data. */
const hole = 1024 * 1024;

const attempts: Readonly<Record<Ability, Attempt>> = {
  mode: (place, calls) =>
    withFile(place, calls, async (file) => {
      // Two of them: one may be what all files have there.
      for (const mode of [0o640, 0o400]) {
        await file.chmod(mode);
        if (process.platform !== 'win32' && ((await file.stat()).mode & 0o777) !== mode) return ignored;
      }
      return undefined;
    }),
  times: (place, calls) => withFile(place, calls, (file) => done(file.utimes(1e9, 1e9))),
  sync: (place, calls) => withFile(place, calls, (file) => done(file.datasync().then(() => file.sync()))),
  async syncFolder(place, calls) {
    // Windows opens no folders, and needs not.
    if (process.platform === 'win32') return undefined;
    const folder = await calls.open(place, 'r');
    return done(folder.sync().finally(() => folder.close()));
  },
  rename: (place, calls) => moved(place, calls, 'moved'),
  async replace(place, calls) {
    await calls.writeFile(join(place, 'there'), 'there');
    return moved(place, calls, 'there');
  },
  symbolicLinks: (place, calls) => done(calls.symlink('Probe', join(place, 'symbolic'))),
  hardLinks: (place, calls) => done(calls.link(join(place, 'Probe'), join(place, 'hard'))),
  holes: (place, calls) =>
    withFile(place, calls, async (file) => {
      await file.truncate(hole);
      return (await file.stat()).blocks * 512 < hole / 2 ? undefined : ignored;
    }),
  anyName: (place, calls) => done(calls.writeFile(join(place, 'a:b*?"<>|\\'), '')),
  longNames: (place, calls) => done(calls.writeFile(join(place, 'n'.repeat(255)), '')),
};

async function done(call: Promise<unknown>): Promise<undefined> {
  await call;
}

async function moved(place: string, calls: ProbeCalls, name: string): Promise<undefined> {
  await calls.writeFile(join(place, 'new'), 'new');
  await calls.rename(join(place, 'new'), join(place, name));
}

async function withFile<T>(
  place: string,
  calls: ProbeCalls,
  use: (file: disk.FileHandle) => Promise<T>,
): Promise<T> {
  const path = join(place, 'file');
  const file = await calls.open(path, 'w+');
  try {
    return await use(file);
  } finally {
    await file.close();
    await calls.rm(path, { force: true });
  }
}
