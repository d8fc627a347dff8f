/** Takes a file's bytes in order, once, and says their digest. */
export interface FileHasher {
  /** The next bytes. They must not change until the promise has resolved; undefined: they may at once. */
  update(bytes: Uint8Array): Promise<void> | undefined;
  /** `algorithm:hex` of all that was taken; ends the hasher. */
  digest(): Promise<string>;
  /** Ends a hasher whose digest nobody wants any more. Idempotent. */
  drop(): void;
}
