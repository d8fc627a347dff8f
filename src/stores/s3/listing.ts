/** What a bucket has below a prefix, page by page: of a listing of any length one page is held, and the next one is on its way. */
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ListedObject } from '../objects/contract.ts';
import { cutShort, PageTokens } from '../objects/page-tokens.ts';
import type { Patiently } from '../patiently.ts';
import { StoreFault } from '../store-fault.ts';
import { archiveFault } from './archived.ts';
import type { S3Store } from './client.ts';
import { decodedKey } from './decoded-key.ts';
import { factsOf } from './facts.ts';

/** All objects, in the order of the server: by the bytes of their keys. A page has 1000, unless fewer are asked for. */
export async function* listObjects(
  store: S3Store,
  patiently: Patiently,
  pageSize?: number,
): AsyncGenerator<readonly ListedObject[]> {
  let next: Promise<ListObjectsV2CommandOutput> | undefined = askFor(store, patiently, undefined, pageSize);
  const tokens = new PageTokens(store.place.url);
  try {
    while (next !== undefined) {
      const page: ListObjectsV2CommandOutput = await next;
      next = undefined;
      if (page.IsTruncated) {
        if (!page.NextContinuationToken) throw cutShort(store.place.url);
        next = askFor(store, patiently, tokens.next(page.NextContinuationToken), pageSize);
        // It is awaited in the next round, if there is one.
        next.catch(() => {});
      }
      yield objectsOf(page);
    }
  } finally {
    await next?.catch(() => {});
  }
}

/** One page, for whoever only wants to know whether there is one. Throws what keeps the bucket from being listed. */
export async function firstPage(store: S3Store, patiently: Patiently): Promise<readonly ListedObject[]> {
  return objectsOf(await askFor(store, patiently, undefined, 1));
}

function askFor(
  store: S3Store,
  patiently: Patiently,
  token: string | undefined,
  most?: number,
): Promise<ListObjectsV2CommandOutput> {
  const { sdk, common, place } = store;
  const input = {
    ...common,
    ...(place.prefix === '' ? {} : { Prefix: place.prefix }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(most === undefined ? {} : { MaxKeys: most }),
    // XML cannot hold every character that a key can.
    EncodingType: 'url' as const,
    OptionalObjectAttributes: ['RestoreStatus' as const],
  };
  return patiently(() =>
    store.ask('list', undefined, async (client) => {
      const page = await client.send(new sdk.ListObjectsV2Command(input));
      // What answers in a server's place (a portal that wants a log-in) must not pass for an empty bucket.
      if (page.Name !== undefined || page.IsTruncated !== undefined || page.KeyCount !== undefined)
        return page;
      throw new StoreFault(
        `cannot list ${place.url}: what answered is no S3 server, or the answer no listing`,
        {
          scope: 'sink',
          code: 'EAGAIN',
        },
      );
    }),
  );
}

function objectsOf(page: ListObjectsV2CommandOutput): ListedObject[] {
  return (page.Contents ?? []).map(({ Key = '', RestoreStatus, ETag, Size, LastModified, StorageClass }) => ({
    key: decodedKey(Key, page.EncodingType),
    // A copy of what is archived can be read for some days.
    fault: archiveFault(StorageClass, RestoreStatus?.IsRestoreInProgress === false),
    ...factsOf({ ETag, Size, LastModified }),
  }));
}
