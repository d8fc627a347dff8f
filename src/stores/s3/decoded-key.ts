/** Keys as S3 lists them. Pure. */

/** A key of a listing, which servers encode as asked (`EncodingType`), or say that they did not. */
export function decodedKey(key: string, encoding: string | undefined): string {
  if (encoding !== 'url') return key;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    // No server should write this. As it is, it leads to no object, and is told so.
    return key;
  }
}
