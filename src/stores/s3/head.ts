/** HEAD of an object. What refuses it says no more than a status: it has no body. */
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { once } from '../patiently.ts';
import { StoreFault } from '../store-fault.ts';
import type { S3Store } from './client.ts';
import { firstPage } from './listing.ts';
import { mandatory } from './mandatory.ts';

/**
 * One look at an object. A refusal may be of all that these credentials ask for (they have expired, the clock is wrong): a listing is asked
 * why, and throws that; where it is allowed, the object is asked for once more. Throws what {@link S3Store.ask} does.
 */
export async function headObject(store: S3Store, key: string): Promise<HeadObjectCommandOutput> {
  const { sdk, common } = store;
  const ask = () =>
    store.ask('look at', key, async (client) => {
      const head = await client.send(new sdk.HeadObjectCommand({ ...common, Key: key }));
      mandatory(head.ETag, `look at ${store.shown(key)}`);
      return head;
    });
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreFault) || !/^(?:EACCES|EINVAL)$/.test(error.code)) throw error;
    await firstPage(store, once);
    return ask();
  }
}
