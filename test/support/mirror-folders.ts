/** A source and a sink that are folders, and a flow between them in which what goes at the one goes at the other. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DownloadOptions, UploadOptions } from '../../src/files/shared/options.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { Flow } from './flow.ts';
import { temporaryFolder } from './folder.ts';

export const mirror = { delete: true } as const;

/** Every file below a folder; a sink's own things are left out. */
export async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith('.sluice'))
    .sort();
}

/** A flow from a folder to a folder. */
export async function folders(t: TestContext) {
  const root = await temporaryFolder(t);
  const [from, to] = [join(root, 'from'), join(root, 'to')];
  await mkdir(from);
  const flow = new Flow();
  const write = async (path: string, text = path): Promise<void> => {
    await mkdir(join(from, path, '..'), { recursive: true });
    await writeFile(join(from, path), text);
  };
  const up = async (options: Partial<UploadOptions> = {}) =>
    flow.up({ ...mirror, ...options }, { source: await openDiskSource(from) });
  const down = async (options: Partial<DownloadOptions> = {}, backup?: string) =>
    flow.down(options, { sink: await openDiskSink(to, { backup }) });
  return { flow, root, from, to, shop: join(to, 'shop'), write, up, down };
}
