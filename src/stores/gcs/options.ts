/** How Google Cloud Storage is reached, as far as Google's environment does not say it. */

export interface GcsOptions {
  /** The server's URL; by default `STORAGE_EMULATOR_HOST`, which is asked without credentials, or Google itself. */
  readonly endpoint?: string;
  /** No credentials: for buckets that everybody may read. */
  readonly anonymous?: boolean;
  /** The project that pays for the requests, where the bucket is one whose requesters pay. */
  readonly userProject?: string;
  /** Of what is written, e.g. `NEARLINE`. */
  readonly storageClass?: string;
}
