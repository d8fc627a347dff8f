/** The files that the demo sends: a mixed tree, as somebody's folder might be. */
import { randomFillSync } from 'node:crypto';
import { open, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders } from '../folder.ts';

/** The large file's size: 256 MB. */
export const largeFile = 256_000_000;

/** Relative path -> bytes. */
export type Tree = ReadonlyMap<string, number>;

/** Names in several scripts, nested folders, an empty file, one large file, a few pictures' worth, hundreds of small ones. */
export function mixedTree(): Tree {
  const tree = new Map<string, number>([
    ['empty.txt', 0],
    ['one byte', 1],
    ['flight recording.bin', largeFile],
    ['документы/отчёт за июль.txt', 18_204],
    ['写真/富士山/朝.jpg', 2_345_678],
    ['وثائق/تقرير.pdf', 731_003],
    ['सूचना/पत्र.txt', 4_096],
    ['Übergrößen/Straße & Söhne (Kopie).csv', 66_001],
    ['emoji 🚁/🗻.log', 512],
    ['a/very/deeply/nested/folder/of/folders/note.txt', 77],
  ]);
  for (let i = 1; i <= 6; i++)
    tree.set(`photos/2026-07-${String(i).padStart(2, '0')}.jpg`, 2_900_000 + i * 41_011);
  for (let i = 1; i <= 500; i++) {
    const hour = String(i % 24).padStart(2, '0');
    tree.set(`telemetry/hour-${hour}/sample-${String(i).padStart(4, '0')}.json`, 200 + ((i * 7919) % 30_000));
  }
  return tree;
}

/** All bytes of a tree. */
export function bytesOf(tree: Tree): number {
  return [...tree.values()].reduce((sum, size) => sum + size, 0);
}

/** Writes the tree with random bytes, last modified at different minutes of the past, so that times can be compared. */
export async function writeTree(folder: string, tree: Tree): Promise<void> {
  const random = Buffer.allocUnsafe(1 << 20);
  const now = Date.now();
  let minutes = 1;
  for (const [path, size] of tree) {
    const name = join(folder, path);
    await makeFolders(dirname(name));
    const file = await open(name, 'w');
    try {
      for (let at = 0; at < size; at += random.length) {
        randomFillSync(random);
        await file.write(random, 0, Math.min(random.length, size - at));
      }
    } finally {
      await file.close();
    }
    const modified = new Date(now - minutes++ * 60_000);
    await utimes(name, modified, modified);
  }
}
