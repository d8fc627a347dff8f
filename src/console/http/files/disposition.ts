/** Under which name a browser saves a file. Pure. */

/**
 * `Content-Disposition` with a name of any characters (RFC 6266, 4; RFC 8187, 3.2): `filename` for those who know nothing else, in ASCII, and
 * `filename*` for all others.
 */
export function attachment(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  // Of a percent sign and two digits some browsers make a character.
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  if (plain === name) return `attachment; filename="${plain}"`;
  return `attachment; filename="${plain}"; filename*=UTF-8''${extended(name)}`;
}

/** All but `attr-char` of RFC 8187 by their bytes. */
function extended(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
