/** What stands below a folder, page by page: of one folder a page is held, and of those above it another. */
import type { ListedObject } from '../objects/contract.ts';
import { cutShort } from '../objects/page-tokens.ts';
import type { Patiently } from '../patiently.ts';
import { isCode } from '../store-fault.ts';
import type { HdfsClient, HdfsOperation } from './client.ts';
import { type FileStatus, factsOf } from './status.ts';

interface Page {
  readonly entries: readonly FileStatus[];
  /** The last name, when there are more. */
  readonly after: string | undefined;
}

/** Folders whose first pages are asked for ahead. */
const foldersAhead = 4;

/**
 * All files below `folder` (a path with a slash at its end, or empty for the root). Folders are entered as `isEntered` allows, by their
 * paths below it. One that vanishes meanwhile is left out; one that may not be listed is told as a file that cannot be sent.
 */
export async function* listFiles(
  hdfs: HdfsClient,
  folder: string,
  patiently: Patiently,
  isEntered: (folder: string) => boolean,
  isPlace = true,
): AsyncGenerator<readonly ListedObject[]> {
  yield* listFolder(folder, askFor(folder, ''));

  function askFor(path: string, after: string): Promise<Page> {
    const asked = patiently(() => pageOf(hdfs, path, after, isPlace && path === folder));
    // It is awaited when it is its turn.
    asked.catch(() => {});
    return asked;
  }

  async function* listFolder(path: string, first: Promise<Page>): AsyncGenerator<readonly ListedObject[]> {
    for (let asked: Promise<Page> | undefined = first; asked !== undefined; ) {
      let page: Page;
      try {
        page = await asked;
      } catch (error) {
        if (path === folder) throw error;
        if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return;
        if (!isCode(error, 'EACCES')) throw error;
        return yield [unlisted(path, error as Error)];
      }
      asked = page.after === undefined ? undefined : askFor(path, page.after);
      const files = page.entries.filter(({ type }) => type !== 'DIRECTORY');
      if (files.length > 0) yield files.map((status) => fileOf(path, status));
      const folders = page.entries
        .filter(
          ({ type, pathSuffix }) =>
            type === 'DIRECTORY' && isEntered((path + pathSuffix).slice(folder.length)),
        )
        .map(({ pathSuffix }) => `${path}${pathSuffix}/`);
      const ahead: Promise<Page>[] = [];
      for (const [index, below] of folders.entries()) {
        while (ahead.length <= index + foldersAhead && ahead.length < folders.length)
          ahead.push(askFor(folders[ahead.length]!, ''));
        const its = ahead[index]!;
        delete ahead[index];
        yield* listFolder(below, its);
      }
    }
  }
}

/** Servers that know no pages, and gateways that know a parameter by its other name. */
const withoutPages = new WeakSet<HdfsClient>();
const withCapital = new WeakSet<HdfsClient>();

interface Batch {
  readonly DirectoryListing: {
    readonly partialListing: Listing;
    readonly remainingEntries: number;
  };
}

interface Listing {
  readonly FileStatuses: { readonly FileStatus: readonly FileStatus[] };
}

/** So many entries behind the name `after` as the server gives at once: 1,000, unless it is set otherwise (`dfs.ls.limit`). */
async function pageOf(hdfs: HdfsClient, path: string, after: string, isPlace: boolean): Promise<Page> {
  const asked = { method: 'GET', path, doing: 'list', isPlace } as const;
  if (!withoutPages.has(hdfs)) {
    try {
      const page = await batchOf(hdfs, asked, after);
      // A gateway that does not know where to begin begins at the beginning.
      if (after === '' || !page.entries.some(({ pathSuffix }) => pathSuffix === after)) return page;
      if (!withCapital.has(hdfs)) {
        withCapital.add(hdfs);
        return await pageOf(hdfs, path, after, isPlace);
      }
      withoutPages.add(hdfs);
    } catch (error) {
      // Before Hadoop 2.8 there are none, nor with some gateways.
      if (!isCode(error, 'ENOSYS')) throw error;
      withoutPages.add(hdfs);
    }
  }
  const all = await hdfs.json<Listing>({ ...asked, op: 'LISTSTATUS' }, 'FileStatuses');
  return { entries: named(all), after: undefined };
}

async function batchOf(
  hdfs: HdfsClient,
  asked: Omit<HdfsOperation, 'op' | 'parameters'>,
  after: string,
): Promise<Page> {
  // With a capital in any name a namenode decodes all parameters twice: `a%41` would be `aA`.
  const parameters = { [withCapital.has(hdfs) ? 'startAfter' : 'startafter']: after };
  const { DirectoryListing } = await hdfs.json<Batch>(
    { ...asked, op: 'LISTSTATUS_BATCH', parameters },
    'DirectoryListing',
  );
  const entries = named(DirectoryListing.partialListing);
  if (DirectoryListing.remainingEntries <= 0) return { entries, after: undefined };
  const last = entries.at(-1);
  if (last === undefined) throw cutShort(hdfs.shown(asked.path));
  return { entries, after: last.pathSuffix };
}

/** A file is listed as itself, without a name. */
function named({ FileStatuses }: Listing): readonly FileStatus[] {
  return FileStatuses.FileStatus.filter(({ pathSuffix }) => pathSuffix !== '');
}

function fileOf(folder: string, status: FileStatus): ListedObject {
  const listed = { key: folder + status.pathSuffix, ...factsOf(status) };
  return status.type === 'FILE' ? listed : { ...listed, fault: 'it is a symbolic link' };
}

function unlisted(folder: string, error: Error): ListedObject {
  return { key: folder.replace(/\/$/, ''), size: 0, tag: '', written: 0, fault: error.message };
}
