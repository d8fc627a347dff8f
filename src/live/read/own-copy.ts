/** Bytes that outlive the batch that they came in. */

/**
 * A copy of a record's value, of exactly its size: a slice of Node's pool would keep 64 kB of it for as long as a part of 5 kB is held. An
 * absent value is empty.
 */
export function ownCopy(view: Uint8Array | null): Buffer {
  const bytes = Buffer.allocUnsafeSlow(view?.byteLength ?? 0);
  if (view !== null) bytes.set(view);
  return bytes;
}
