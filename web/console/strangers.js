// @ts-check
/**
 * Names and reasons come from strangers. They are only ever set as text; and what would not be seen in it, or would turn it round, is written as
 * its code, as the command line does (`src/printable.ts`). Pure.
 */

/** Control characters, separators, halves of pairs; direction marks and whatever else is not drawn, for two names that look the same are not. What makes an emoji coloured stays. */
const unseen =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?<!\p{Extended_Pictographic})\ufe0f|(?!\ufe0f)\p{Default_Ignorable_Code_Point}/gu;

/**
 * `a\u202egpj.exe` for a name that would be shown as `aexe.jpg`.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
    return code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
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
