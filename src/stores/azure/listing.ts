/** What a container has below a prefix, page by page: of a listing of any length one page is held, and the next one is on its way. */
import type { ListedObject } from '../objects/contract.ts';
import { PageTokens } from '../objects/page-tokens.ts';
import type { Patiently } from '../patiently.ts';
import type { AzureStore } from './client.ts';
import { archiveFault, factsOf } from './facts.ts';
import type { ListedBlob, ListingPage } from './listing-text.ts';
import { isFolder } from './metadata-names.ts';

/** Of a listing: Azure gives no more at once, and may give fewer. */
const mostBlobs = 5000;
/** Of a page that is one of many: their metadata takes memory. */
const usualPage = 2000;

/** All blobs that are whole, the newest version of each, in the order of the server. */
export async function* listBlobs(
  store: AzureStore,
  patiently: Patiently,
  pageSize: number = usualPage,
): AsyncGenerator<readonly ListedObject[]> {
  const ask = (token?: string): Promise<ListingPage> => {
    const page = patiently(() => listPage(store, store.place.prefix, pageSize, token));
    // It is awaited in the next round, if there is one.
    page.catch(() => {});
    return page;
  };
  let next: Promise<ListingPage> | undefined = ask();
  const tokens = new PageTokens(store.place.url);
  try {
    while (next !== undefined) {
      const page: ListingPage = await next;
      next = undefined;
      if (page.next !== undefined) next = ask(tokens.next(page.next));
      yield page.blobs.flatMap(listed);
    }
  } finally {
    await next?.catch(() => {});
  }
}

/** One page. Throws what keeps the container from being listed. */
export function listPage(
  store: AzureStore,
  prefix: string,
  maxPageSize: number,
  continuationToken?: string,
): Promise<ListingPage> {
  const settings = { maxPageSize, ...(continuationToken === undefined ? {} : { continuationToken }) };
  return store.list((container) =>
    container.listBlobsFlat({ prefix, includeMetadata: true }).byPage(settings).next(),
  );
}

/** What stands right in a folder, whose own name ends with a slash. */
export function listFolder(store: AzureStore, prefix: string): Promise<ListingPage> {
  return store.list((container) =>
    container.listBlobsByHierarchy('/', { prefix }).byPage({ maxPageSize: mostBlobs }).next(),
  );
}

/** None of what stands for a folder. */
function listed(blob: ListedBlob): ListedObject[] {
  const facts = factsOf(blob);
  if (facts.size === 0 && isFolder(blob.metadata)) return [];
  const fault = archiveFault(blob);
  return [fault === undefined ? { key: blob.name, ...facts } : { key: blob.name, ...facts, fault }];
}
