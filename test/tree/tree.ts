/**
 * A tree of files, links and folders, changed at random by a seed, sent and received in rounds, and compared with what the sink has: by a look of
 * our own at all that stands there, and by rsync where that is wished for, which is to have nothing to do.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { attributeWish } from '../../src/stores/attribute-wish.ts';
import { accessAcl, defaultAcl } from '../../src/stores/disk/attributes/xattr.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { Random } from '../fuzz/random.ts';
import { aclFor, attributesBelow, isRoot, xattrs } from '../support/attributes.ts';
import { Flow } from '../support/flow.ts';
import { nobody } from '../support/nobody.ts';

/** Few names, so that files, folders and links take each other's place. */
const names = ['a', 'b', 'c', 'd'] as const;
const deepest = 3;
/** Users and groups, which need have no names. */
const ids = [0, 4001, 4002] as const;
/** What the sink is to set. */
const wanted = { owner: 'number', xattrs: true, acls: true } as const;
/** Operations between two looks. */
const round = 12;
/** The downloader may be one that has no right but on its own files. */
const isAlmighty = process.geteuid?.() === 0;

export interface Differences {
  readonly round: number;
  readonly lines: readonly string[];
}

/** What rsync would do to make the sink the same; `compared`: what of a tree it looks at, in its own letters. */
async function rsyncWould(compared: string, from: string, to: string): Promise<string[]> {
  // A sink that was sent nothing has no such folder.
  await mkdir(to, { recursive: true });
  const how = [compared, '--delete', '--dry-run', '--itemize-changes'];
  const { stdout } = await promisify(execFile)('rsync', [...how, `${from}/`, `${to}/`]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `rsync: ${line}`);
}

/** Permissions, and the time to the microsecond. */
async function lookOf(path: string): Promise<string> {
  const { mode, mtimeNs } = await lstat(path, { bigint: true });
  return `${(mode & 0o777n).toString(8)} ${mtimeNs / 1000n}`;
}

/** Path -> what stands there. */
async function contents(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const names = new Map<bigint, string[]>();
  if (!existsSync(folder)) return found;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(folder.length + 1);
    if (entry.isSymbolicLink()) found.set(path, `link ${await readlink(full)}`);
    else if (entry.isFile()) {
      const { ino, mtimeNs } = await lstat(full, { bigint: true });
      found.set(path, `file ${mtimeNs / 1000n} ${(await readFile(full)).toString('base64')}`);
      names.set(ino, [...(names.get(ino) ?? []), path]);
    } else if (entry.isDirectory()) found.set(path, `folder ${await lookOf(full)}`);
  }
  found.set('.', `folder ${await lookOf(folder)}`);
  for (const [first, ...others] of names.values())
    for (const path of [first!, ...others])
      found.set(path, `${found.get(path)} ${[first, ...others].sort()}`);
  return found;
}

async function attributesOf(folder: string): Promise<Map<string, string>> {
  return existsSync(folder) ? new Map(Object.entries(await attributesBelow(folder))) : new Map();
}

function differences(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...from.keys(), ...to.keys()])].sort();
  return paths
    .filter((path) => from.get(path) !== to.get(path))
    .map((path) => `${path}: ${from.get(path) ?? 'nothing'}, at the sink ${to.get(path) ?? 'nothing'}`);
}

function anyPath(random: Random): string {
  return Array.from({ length: random.between(1, deepest) }, () => random.pick(names)).join('/');
}

/** Makes room for a name: files and links on its way, and whatever has the name, go. */
async function clear(root: string, path: string): Promise<void> {
  const segments = path.split('/');
  for (let count = 1; count < segments.length; count++) {
    const above = join(root, ...segments.slice(0, count));
    const stats = await lstat(above).catch(() => undefined);
    if (stats !== undefined && !stats.isDirectory()) await rm(above);
  }
  await rm(join(root, path), { recursive: true, force: true });
  await mkdir(dirname(join(root, path)), { recursive: true });
}

async function operate(root: string, random: Random, hasAttributes: boolean): Promise<void> {
  const path = anyPath(random);
  const full = join(root, path);
  const stats = await lstat(full).catch(() => undefined);
  const what = random.below(hasAttributes ? 20 : 16);
  if (what >= 16) return changeAttributes(full, random);
  if (what >= 14) return linkHard(root, path, random);
  if (what >= 10) return operateOnFolder(root, path, what, random);
  if (what < 4) {
    await clear(root, path);
    await writeFile(full, random.bytes(random.small(3000)));
  } else if (what < 5) {
    await clear(root, path);
    await symlink(random.pick([...names, 'a/b', 'nowhere']), full);
  } else if (stats === undefined) return;
  else if (what < 6 && stats.isFile()) await appendFile(full, random.bytes(100));
  else if (what < 8) {
    const to = anyPath(random);
    if (to === path || to.startsWith(`${path}/`) || path.startsWith(`${to}/`)) return;
    await clear(root, to);
    if (await lstat(full).catch(() => undefined)) await rename(full, join(root, to));
  } else await rm(full, { recursive: true });
}

/** A file gets another name, in the place of whatever has it; or one that has several gets other bytes. */
async function linkHard(root: string, path: string, random: Random): Promise<void> {
  const stats = await lstat(join(root, path)).catch(() => undefined);
  const to = anyPath(random);
  if (!stats?.isFile() || to === path || to.startsWith(`${path}/`) || path.startsWith(`${to}/`)) return;
  await clear(root, to);
  // What is on the way to the one may have been on the way to the other.
  if ((await lstat(join(root, path)).catch(() => undefined)) === undefined) return;
  await link(join(root, path), join(root, to));
  if (random.chance(0.3)) await appendFile(join(root, to), random.bytes(50));
}

/** Folders are made, emptied, and get other permissions and times; the tree's own among them. */
async function operateOnFolder(root: string, path: string, what: number, random: Random): Promise<void> {
  const full = random.chance(0.1) ? root : join(root, path);
  const stats = await lstat(full).catch(() => undefined);
  if (what === 10) {
    if (stats?.isDirectory()) return;
    await clear(root, path);
    await mkdir(full);
  } else if (!stats?.isDirectory()) return;
  else if (what === 11) {
    // Whether its owner may look into it, or write, is another thing: where tests have all rights, so has the source's.
    const shut = isAlmighty ? [0o300, 0o000] : [];
    await chmod(full, random.pick([0o755, 0o700, 0o555, 0o777, 0o750, ...shut]));
  } else if (what === 12) {
    const time = random.between(1, 2_000_000_000) + random.below(1_000_000) / 1e6;
    await utimes(full, time, time);
  } else for (const name of await readdir(full)) await rm(join(full, name), { recursive: true });
}

/** Other owners, extended attributes, ACLs, of whatever stands there. */
async function changeAttributes(full: string, random: Random): Promise<void> {
  const stats = await lstat(full).catch(() => undefined);
  if (stats === undefined) return;
  if (random.chance(0.4)) {
    if (isRoot) await lchown(full, random.pick(ids), random.pick(ids));
    return;
  }
  if (stats.isSymbolicLink()) return;
  const at = stats.isDirectory() ? `${full}/.` : full;
  const { set, remove } = await xattrs();
  const name = random.pick(['user.a', 'user.b'] as const);
  if (random.chance(0.5)) {
    if (random.chance(0.6)) await set(at, name, random.bytes(random.small(300)));
    else await remove(at, name);
    return;
  }
  const acl = stats.isDirectory() && random.chance(0.4) ? defaultAcl : accessAcl;
  if (random.chance(0.6)) await set(at, acl, aclFor(random.pick(ids), random.below(8)));
  else await remove(at, acl);
}

/** Plays rounds of a seed in a folder of its own; resolves with the first difference, if there is one. `compared`: by rsync too, with these letters. */
export async function playTree(
  seed: number,
  rounds: number,
  folder: string,
  compared?: string,
  hasAttributes = false,
): Promise<Differences | undefined> {
  const random = new Random(`tree ${seed}`);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(from);
  await mkdir(to);
  const isNobody = isAlmighty && random.chance(0.5);
  if (isNobody) {
    await chown(to, nobody, nobody);
    await chmod(folder, 0o755);
  }
  // Who has no right can give nothing to others.
  const givesAll = hasAttributes && !isNobody;
  const flow = new Flow({ maxMessageBytes: 4096 });
  for (let count = 0; count < rounds; count++) {
    for (let step = 0; step < round; step++) await operate(from, random, givesAll);
    const packBelow = random.chance(0.5) ? 1000 : 0;
    const how = {
      delete: true,
      maxDelete: { percent: 100 },
      links: 'keep',
      folders: true,
      hardLinks: true,
      ...(givesAll ? { owner: true, xattrs: true, acls: true } : {}),
    } as const;
    const source = await openDiskSource(from, { ...how, attributes: attributeWish(how) });
    const notTwice = random.pick(['auto', 'always', 'never'] as const);
    const stripeAbove = random.pick([0, 0, 1500]);
    const up = await flow.up({ ...how, packBelow, notTwice, stripeAbove }, { source });
    // Now and then several rounds come together.
    if (count < rounds - 1 && random.chance(0.3)) continue;
    const sinkOf = () => openDiskSink(to, { attributes: givesAll ? wanted : undefined });
    const down = await as(isNobody, async () => flow.down({}, { sink: await sinkOf() }));
    const shop = join(to, 'shop');
    const lines = differences(await contents(from), await contents(shop));
    if (givesAll) lines.push(...differences(await attributesOf(from), await attributesOf(shop)));
    // Whose they are is another thing.
    const letters = isNobody ? compared?.replace('a', 'rlpt') : compared;
    if (letters !== undefined) lines.push(...(await rsyncWould(letters, from, shop)));
    if (up.failed + down.failed > 0) lines.push(...flow.told('failed').map((event) => JSON.stringify(event)));
    if (lines.length > 0) return { round: count, lines };
    flow.downloadEvents.length = 0;
  }
  return undefined;
}

/** Runs work as somebody who has no right but on what is his. */
async function as<T>(isNobody: boolean, work: () => Promise<T>): Promise<T> {
  if (!isNobody) return work();
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
