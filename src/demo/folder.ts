/** The demo's folder: made anew by every run, and left for the user to look at. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { makeFolders } from '../folder.ts';

export interface DemoFolder {
  readonly root: string;
  /** What the uploader watches. */
  readonly outbox: string;
  /** Where the downloader rebuilds. */
  readonly inbox: string;
}

/** Holds the pid of the run that the folder belongs to, and says that the folder is ours to remove. */
const mark = '.sluice-demo';

export const defaultFolder = join(tmpdir(), 'sluice-demo');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Empties the folder of the last run, or makes it.
 * @throws ConfigurationError when it is somebody else's, or another demo runs in it
 */
export async function makeFolder(path: string): Promise<DemoFolder> {
  const root = resolve(path);
  const another = 'Choose another one: npm run demo -- --folder DIR';
  if (existsSync(root)) {
    const owner = await readFile(join(root, mark), 'utf8').catch(() => undefined);
    if (owner === undefined)
      throw new ConfigurationError(`${root} is there already and not the demo's. ${another}`);
    if (isAlive(Number(owner))) throw new ConfigurationError(`Another demo runs in ${root}. ${another}`);
    await rm(root, { recursive: true });
  }
  const folder = { root, outbox: join(root, 'outbox'), inbox: join(root, 'inbox') };
  await makeFolders(folder.outbox);
  await mkdir(folder.inbox);
  await writeFile(join(root, mark), String(process.pid));
  return folder;
}
