// @ts-check
/**
 * Names and reasons come from strangers. They are only ever set as text; and what would not be seen in it, or would turn it round, is written as
 * its code, as the command line does (`src/printable.ts`). Pure.
 */

/** Control characters, separators, direction marks, halves of pairs; and what has no width, for two names that look the same are not. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * `a\u202egpj.exe` for a name that would be shown as `aexe.jpg`.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
}

/**
 * A path's folder, with its last slash, and its name.
 * @param {string} path
 */
export function split(path) {
  const at = path.lastIndexOf('/') + 1;
  return { folder: visible(path.slice(0, at)), name: visible(path.slice(at)) };
}

/**
 * A link that a server told, where it leads into the web; a script never.
 * @param {string | undefined} address
 * @param {string} base
 */
export function webLink(address, base) {
  if (address === undefined || !URL.canParse(address, base)) return undefined;
  const url = new URL(address, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}
