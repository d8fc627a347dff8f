/** What a bucket has below a prefix, page by page: of a listing of any length one page is held, and the next one is on its way. */
import type { ListedObject } from '../objects/contract.ts';
import { PageTokens } from '../objects/page-tokens.ts';
import type { Patiently } from '../patiently.ts';
import { StoreFault } from '../store-fault.ts';
import type { GcsStore } from './client.ts';
import { factFields, factsOf, type GcsResource } from './resource.ts';

interface Page {
  readonly nextPageToken?: string;
  readonly items?: readonly GcsResource[];
}

/** All objects, in the order of their keys' bytes: the newest version of each. A page has 1000, unless fewer are asked for. */
export async function* listObjects(
  store: GcsStore,
  patiently: Patiently,
  pageSize = 1000,
): AsyncGenerator<readonly ListedObject[]> {
  const ask = (token?: string): Promise<Page> =>
    patiently(() => askForPage(store, store.place.prefix, factFields, pageSize, token));
  let next: Promise<Page> | undefined = ask();
  const tokens = new PageTokens(store.place.url);
  try {
    while (next !== undefined) {
      const page: Page = await next;
      next = undefined;
      if (page.nextPageToken) {
        next = ask(tokens.next(page.nextPageToken));
        // It is awaited in the next round, if there is one.
        next.catch(() => {});
      }
      yield (page.items ?? []).map((one) => ({ key: one.name ?? '', ...factsOf(one) }));
    }
  } finally {
    await next?.catch(() => {});
  }
}

/** One page. `fields`: of each object. */
export async function askForPage(
  store: GcsStore,
  prefix: string,
  fields: string,
  maxResults: number,
  pageToken?: string,
): Promise<Page> {
  const page = await store.json({
    cannot: 'list',
    method: 'GET',
    path: store.path('/storage/v1', undefined, {
      ...(prefix === '' ? {} : { prefix }),
      maxResults,
      fields: `kind,nextPageToken,items(${fields})`,
      pageToken,
    }),
  });
  // What answers in a server's place must not pass for an empty bucket.
  if ((page as { kind?: unknown } | null)?.kind === 'storage#objects') return page as Page;
  throw new StoreFault(`cannot list ${store.place.url}: what answered is not Google Cloud Storage`, {
    scope: 'sink',
    code: 'EAGAIN',
  });
}
