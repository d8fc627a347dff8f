/** What each verb for files says at both clusters, compared. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cat } from '../../src/files/cat.ts';
import { runSluice } from '../support/sluice.ts';
import { waitFor } from '../support/wait.ts';
import type { Side } from './ground.ts';
import { touched } from './tree.ts';

interface Listed {
  readonly uploader: string;
  readonly path: string;
  readonly state: string;
}

export interface Views {
  readonly near: Side;
  readonly far: Side;
  /** The topic as it is called at each of them. */
  readonly topics: { readonly near: string; readonly far: string };
  readonly identity: string;
}

async function linesOf(
  side: Side,
  topic: string,
  identity: string,
  more: readonly string[],
): Promise<string[]> {
  const text = await side.ok('list', '--topic', topic, '--identity', identity, '--json', ...more);
  const isExact = more.includes('--all');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => (isExact ? line : withoutLeeway(line))).toSorted();
}

/**
 * Near, the small topic of states tells, which belongs to that cluster; far, the topic itself. They differ in when a file was sent, in the digest of what is encrypted (the first
 * does not tell it), in the time of links and folders and of a file that was touched and not sent again (the topic does not have it), and in the order of what they say.
 */
function withoutLeeway(line: string): string {
  const { sentAt: _, digest, mtime, ...file } = JSON.parse(line) as Listed & Record<string, unknown>;
  const isTouched = file.uploader === touched.uploader && file.path === touched.path;
  const isTimed = !isTouched && file.state !== 'link' && file.state !== 'folder';
  const compared = { ...file, ...(file.encrypted ? {} : { digest }), ...(isTimed ? { mtime } : {}) };
  return JSON.stringify(
    Object.fromEntries(Object.entries(compared).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
}

/** Differences of the lists, a line each. */
export async function listFaults(
  { near, far, topics, identity }: Views,
  ...more: string[]
): Promise<string[]> {
  const [here, there] = await Promise.all([
    linesOf(near, topics.near, identity, more),
    linesOf(far, topics.far, identity, more),
  ]);
  const only = (these: string[], others: string[], name: string) =>
    these
      .filter((line) => !others.includes(line))
      .map((line) => `list ${more.join(' ')}: only at ${name}: ${line}`);
  return [...only(here, there, 'near'), ...only(there, here, 'far')];
}

/** Resolves when the lists are equal, or with what differs when they do not become so. */
export async function listsEqual(views: Views, timeout = 180_000): Promise<string[]> {
  let faults: string[] = [];
  const isEqual = async (): Promise<boolean> => {
    faults = await listFaults(views).catch((error: unknown) => [String(error)]);
    return faults.length === 0;
  };
  await waitFor(isEqual, { timeout, interval: 1000, what: 'equal lists' }).catch(() => {});
  return faults;
}

/** Path -> SHA-256 of all files below a folder, what is ours left out. */
export async function digestsOf(folder: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (!entry.isFile() || name.startsWith('.sluice')) continue;
    const hash = createHash('sha256');
    for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
    digests.set(name, hash.digest('hex'));
  }
  return digests;
}

export function digestFaults(
  what: string,
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): string[] {
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names]
    .filter((name) => wanted.get(name) !== found.get(name))
    .map((name) => `${what}: ${name} differs`);
}

/** Every file that is listed there, by `cat`: one of each uploader by the command line, the others by the library, for each command is a process. */
export async function catFaults(
  { far, topics, identity }: Views,
  wanted: ReadonlyMap<string, string>,
): Promise<string[]> {
  const lines = await linesOf(far, topics.far, identity, []);
  const files = lines.map((line) => JSON.parse(line) as Listed).filter(({ state }) => state === 'complete');
  const faults: string[] = [];
  const common = { kafka: far.properties, topic: topics.far, identity: [identity] };
  const byCommand = new Set(
    Object.values(Object.groupBy(files, ({ uploader }) => uploader)).map((of) => of?.[0]),
  );
  for (const one of files) {
    const name = `${one.uploader}/${one.path}`;
    if (!byCommand.has(one)) {
      const hash = createHash('sha256');
      try {
        for await (const bytes of cat({ ...common, file: name })) hash.update(bytes);
        if (hash.digest('hex') !== wanted.get(name)) faults.push(`cat ${name}: other bytes`);
      } catch (error) {
        faults.push(`cat ${name}: ${String(error)}`);
      }
      continue;
    }
    const [script, ...words] = [
      'set -o pipefail; "$@" | sha256sum',
      ...['bash', process.execPath, new URL('../../src/cli/main.ts', import.meta.url).pathname],
      ...['cat', '--topic', topics.far, '--config', far.file, '--identity', identity, name],
    ];
    const { runCommand } = await import('../support/process.ts');
    const { code, stdout, stderr } = await runCommand('bash', ['-c', script!, ...words]);
    if (code !== 0) faults.push(`cat ${name}: ${stderr.trim()}`);
    else if (stdout.slice(0, 64) !== wanted.get(name)) faults.push(`cat ${name}: other bytes`);
  }
  return faults;
}

/** Downloads to a folder, and verifies it, there. */
export async function downloadFaults(
  { far, topics, identity }: Views,
  to: string,
  wanted: ReadonlyMap<string, string>,
  ...more: readonly string[]
): Promise<string[]> {
  const what = `download ${to.split('/').at(-1)}`;
  const common = ['--topic', topics.far, '--to', to, '--identity', identity, '--config', far.file];
  const down = await runSluice(['download', ...common, '--name', 'judge', '--once', '--json', ...more]);
  const failed = down.stdout.split('\n').filter((line) => /"type":"(failed|refused|lost)/.test(line));
  const ended = down.code === 0 ? [] : [`${what}: exit ${down.code} ${down.stderr}`, ...failed];
  const verified = await runSluice(['verify', ...common, '--json']);
  const wrong = verified.stdout
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"result":"right"'));
  const proven =
    verified.code === 0 ? [] : [`verify ${what}: exit ${verified.code} ${verified.stderr}`, ...wrong];
  return [...ended, ...proven, ...digestFaults(what, wanted, await digestsOf(to))];
}
