// @ts-check
/** Which files meet a question: what the server decides for a list, decided here for rows that change under it. Pure. */

/** @import { FileRow, FilesQuestion } from '../../src/console/contract.ts' */

/**
 * @param {Readonly<FilesQuestion>} question
 * @returns {(row: FileRow) => boolean}
 */
export function matcherOf({ search = '', uploader, state }) {
  const glob = search.includes('*') ? search.split('*') : undefined;
  return (row) => {
    if (uploader !== undefined && row.uploader !== uploader) return false;
    if (state !== undefined && row.state !== state) return false;
    return glob === undefined ? row.id.includes(search) : meets(row.id, glob);
  };
}

/**
 * Without a regular expression: one that strangers write can take for ever.
 * @param {string} text
 * @param {readonly string[]} pieces what stands between the stars
 */
function meets(text, pieces) {
  const [first = '', ...rest] = pieces;
  const last = rest.pop() ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}

/**
 * What finds a file among others: as much of its name's end as a search may have, and no star, which would be a glob.
 * @param {string} id
 */
export function searchFor(id) {
  const wanted = (id.split('*').sort((a, b) => b.length - a.length)[0] ?? '').slice(-256);
  // Half a character is another one.
  return wanted.replace(/^[\udc00-\udfff]/, '').trim();
}
