/** The demo's own look at both trees: it asks Sluice for nothing, and reads every byte again. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

interface Digested {
  readonly sha256: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function readTree(folder: string): Promise<ReadonlyMap<string, Digested>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const tree = new Map<string, Digested>();
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = await stat(file);
    const path = relative(folder, file).split(sep).join('/');
    // Setting a time goes through floating point: half a microsecond is lost on the way.
    tree.set(path, { sha256: await digestOf(file), size, modified: Math.round(mtimeMs) });
  }
  return tree;
}

/** What a comparison found. */
export interface Comparison {
  readonly files: number;
  readonly bytes: number;
  /** One line for each path that is not the same at both sides. */
  readonly differences: readonly string[];
}

/** Compares names, SHA-256 and modification times of all files under two folders. */
export async function compareTrees(source: string, copy: string): Promise<Comparison> {
  const [from, to] = [await readTree(source), await readTree(copy)];
  const differences: string[] = [];
  for (const path of new Set([...from.keys(), ...to.keys()])) {
    const [here, there] = [from.get(path), to.get(path)];
    if (here === undefined) differences.push(`${path} stands only in the copy`);
    else if (there === undefined) differences.push(`${path} is missing in the copy`);
    else if (here.sha256 !== there.sha256) differences.push(`${path} has other bytes in the copy`);
    else if (here.modified !== there.modified) differences.push(`${path} has another time in the copy`);
  }
  const bytes = [...to.values()].reduce((sum, { size }) => sum + size, 0);
  return { files: to.size, bytes, differences };
}
