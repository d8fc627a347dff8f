/** What a container has below a prefix, page by page: of a listing of any length one page is held, and the next one is on its way. */
import type { BlobItem, ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob';
import { SluiceError } from '../../errors.ts';
import type { ListedObject } from '../objects/contract.ts';
import type { Patiently } from '../patiently.ts';
import { StoreFault } from '../store-fault.ts';
import type { AzureStore } from './client.ts';
import { archiveFault, factsOf } from './facts.ts';
import { isFolder } from './metadata-names.ts';

/** Blobs of a page; a server may give fewer. Azure has up to 5000, with their metadata. */
const usualPage = 2000;

/** All blobs that are whole, the newest version of each, in the order of the server. */
export async function* listBlobs(
  store: AzureStore,
  patiently: Patiently,
  pageSize: number = usualPage,
): AsyncGenerator<readonly ListedObject[]> {
  const ask = (token?: string): Promise<ContainerListBlobFlatSegmentResponse> => {
    const page = patiently(() => listPage(store, store.place.prefix, pageSize, token));
    // It is awaited in the next round, if there is one.
    page.catch(() => {});
    return page;
  };
  let next: Promise<ContainerListBlobFlatSegmentResponse> | undefined = ask();
  let token: string | undefined;
  try {
    while (next !== undefined) {
      const page: ContainerListBlobFlatSegmentResponse = await next;
      const following: string | undefined = page.continuationToken || undefined;
      if (following !== undefined && following === token)
        throw new SluiceError(
          `${store.place.url} cannot be listed: the server gives the same page again and again`,
        );
      token = following;
      next = token === undefined ? undefined : ask(token);
      yield page.segment.blobItems.flatMap(listed);
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
): Promise<ContainerListBlobFlatSegmentResponse> {
  const settings = { maxPageSize, ...(continuationToken === undefined ? {} : { continuationToken }) };
  return store.ask('list', undefined, async (container) => {
    const pages = container.listBlobsFlat({ prefix, includeMetadata: true }).byPage(settings);
    const page = (await pages.next()).value as ContainerListBlobFlatSegmentResponse | undefined;
    // What answers in a server's place (a portal that wants a log-in) must not pass for an empty container.
    if (page?.containerName !== undefined && Array.isArray(page.segment?.blobItems)) return page;
    throw new StoreFault(
      `cannot list ${store.place.url}: what answered is no server of Azure Blob Storage, or the answer no listing`,
      { scope: 'sink', code: 'EAGAIN' },
    );
  });
}

/** None of what stands for a folder. */
function listed({ name, metadata, properties }: BlobItem): ListedObject[] {
  const facts = factsOf({ ...properties, metadata });
  if (facts.size === 0 && isFolder(metadata)) return [];
  const fault = archiveFault(properties);
  return [fault === undefined ? { key: name, ...facts } : { key: name, ...facts, fault }];
}
