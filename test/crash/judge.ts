/** Says what of the promises was not kept, from what stands at a sink and from what the processes said. Pure. */
import type { Look, SourceModel } from './source-model.ts';

/** What stands somewhere below a sink's root. Only files have a look. */
export interface Entry extends Look {
  readonly kind: 'file' | 'folder' | 'other';
  /** Permission bits, the special ones included. */
  readonly mode: number;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  /** Another one each time that it is written. */
  readonly inode: string;
}

/** Paths below the root, `.sluice` and what is in it left out. */
export type Tree = ReadonlyMap<string, Entry>;

/** How a last run of `upload --once` or `download --once` ended, and what it said. */
export interface Outcome {
  readonly code: number | null;
  /** Files that it sent, or put under their names. */
  readonly files: number;
  /** Paths that it named as not sent, or as failed. */
  readonly named: ReadonlySet<string>;
  /** Paths that it said are not complete on the topic. */
  readonly open: ReadonlySet<string>;
  readonly stderr: string;
}

/** What stands at both ends. */
export interface Scene {
  readonly model: SourceModel;
  /** The first folder of every path at the sink. */
  readonly uploader: string;
  /** What the uploader is to send. */
  readonly isSelected: (path: string) => boolean;
  /** Paths whose files the uploader may not read. */
  readonly unreadable: ReadonlySet<string>;
  /** What keeps a path from being written at the sink, if anything does. */
  readonly bar: (path: string) => string | undefined;
  /** Modification times at the source, where the sink's disk can hold what the source's can. */
  readonly times: ReadonlyMap<string, bigint> | undefined;
  readonly tree: Tree;
}

export interface Evidence extends Scene {
  /** Temporary files that are left. */
  readonly parts: readonly string[];
  readonly up: Outcome;
  readonly down: Outcome;
}

/** What must hold at every moment: a final name has bytes that the source had under it, and nothing else has a name. */
export function judgeNames(model: SourceModel, uploader: string, tree: Tree): string[] {
  const known = new Set(model.known);
  return [...tree].flatMap(([target, entry]) => {
    if (entry.kind !== 'file') return [];
    const path = target.startsWith(`${uploader}/`) ? target.slice(uploader.length + 1) : undefined;
    const name = JSON.stringify(target);
    if (path === undefined || !known.has(path))
      return [`${name} stands at the sink, and never was at the source`];
    if (!model.had(path, entry))
      return [`${name} has ${entry.size} bytes that the source never had under this name`];
    if ((entry.mode & 0o7000) !== 0) return [`${name} has special permissions: ${entry.mode.toString(8)}`];
    return [];
  });
}

/** What must hold once everything has come to rest. */
export function judgeEnd(evidence: Evidence): string[] {
  return [...judgeUpload(evidence), ...judgeFiles(evidence), ...judgeDownload(evidence)];
}

function judgeUpload({ model, isSelected, unreadable, up }: Evidence): string[] {
  const unsendable = [...model.paths.filter((path) => unreadable.has(path)), ...model.misnamed];
  const expected = new Set(unsendable.filter(isSelected));
  const faults = [...difference(expected, up.named)].map(
    (path) => `${JSON.stringify(path)} could not be sent, and upload did not name it`,
  );
  for (const path of difference(up.named, expected))
    faults.push(`upload says that ${JSON.stringify(path)} was not sent, without a reason`);
  const code = expected.size > 0 ? 3 : 0;
  if (up.code !== code) faults.push(`upload ended with ${up.code} instead of ${code}: ${up.stderr}`);
  return faults;
}

function judgeFiles(evidence: Evidence): string[] {
  const named = evidence.down.named;
  return [...judgeArrived(evidence), ...judgeTimes(evidence)].concat(
    absent(evidence).flatMap(({ path, bar }) =>
      bar === undefined || named.has(path)
        ? []
        : `${JSON.stringify(path)} is not at the sink (${bar}), and download did not name it`,
    ),
  );
}

/** Files that are to be at the sink, and are not, though nothing bars them. */
export function judgeArrived(scene: Scene): string[] {
  return absent(scene).flatMap(({ path, bar, isOld }) =>
    bar === undefined
      ? `${JSON.stringify(path)} ${isOld ? 'is an old version' : 'is missing'} at the sink`
      : [],
  );
}

function absent({ model, uploader, isSelected, unreadable, bar, tree }: Scene) {
  const due = model.paths.filter((path) => isSelected(path) && !unreadable.has(path));
  return due.flatMap((path) => {
    const wanted = model.look(path)!;
    const found = tree.get(`${uploader}/${path}`);
    const isThere = found?.kind === 'file' && found.digest === wanted.digest && found.size === wanted.size;
    return isThere ? [] : { path, bar: bar(path), isOld: found !== undefined };
  });
}

function judgeTimes({ model, uploader, unreadable, times, tree }: Scene): string[] {
  return [...(times ?? [])].flatMap(([path, time]) => {
    const found = tree.get(`${uploader}/${path}`);
    // Of a file that cannot be read another time is not known to be its only change.
    if (found === undefined || unreadable.has(path)) return [];
    if (found.digest !== model.look(path)?.digest || !isApart(time, found.mtime)) return [];
    return `${JSON.stringify(path)} has another modification time: ${found.mtime} instead of ${time}`;
  });
}

function judgeDownload({ model, isSelected, unreadable, bar, parts, down }: Evidence): string[] {
  const faults: string[] = [];
  for (const path of down.named) {
    if (bar(path) === undefined)
      faults.push(`download says that ${JSON.stringify(path)} failed, without a reason`);
  }
  // Its uploader was killed before it could remember that it had begun, and the file went: nobody will ever send the rest.
  const mayBeOpen = (path: string): boolean =>
    model.look(path) === undefined || unreadable.has(path) || !isSelected(path);
  for (const path of down.open) {
    if (!mayBeOpen(path))
      faults.push(`download says that ${JSON.stringify(path)} is not complete, and all of it was sent`);
  }
  const code = down.named.size > 0 || down.open.size > 0 ? 3 : 0;
  if (down.code !== code) faults.push(`download ended with ${down.code} instead of ${code}: ${down.stderr}`);
  if (code === 0 && parts.length > 0) faults.push(`temporary files are left: ${parts.join(', ')}`);
  return faults;
}

/** Where nothing has changed, nothing is sent, received or written again. */
export function judgeAgain(before: Evidence, after: Evidence): string[] {
  const faults = judgeEnd(after);
  if (after.up.files > 0) faults.push(`upload sent ${after.up.files} files again that had not changed`);
  if (after.down.files > 0) faults.push(`download received ${after.down.files} files again`);
  for (const [target, { inode }] of after.tree) {
    const was = before.tree.get(target)?.inode;
    if (was !== inode)
      faults.push(
        `${JSON.stringify(target)} was ${was === undefined ? 'made' : 'written again'} by a run that had nothing to do`,
      );
  }
  return faults;
}

function difference(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...one].filter((path) => !other.has(path));
}

/** Times are kept to the microsecond. */
function isApart(one: bigint, other: bigint): boolean {
  const apart = one - other;
  return apart > 1000n || apart < -1000n;
}
