// @ts-check
/** By which column a list is sorted: `rate`, or `-rate` for the largest first; as the address has it. Pure. */

/**
 * @template T
 * @typedef {object} Column
 * @property {string} head
 * @property {string} kind
 * @property {(row: T) => number | string | undefined} [by] what it is sorted by; absent: it is not
 */

/** @typedef {{ readonly name: string, readonly isDown: boolean }} Sort */

/** @param {{ readonly head: string }} column */
export const nameOf = ({ head }) => head.toLowerCase();

/**
 * Undefined where there is no such column: the list is in its own order then.
 * @template T
 * @param {readonly Column<T>[]} columns
 * @param {string} text
 * @returns {(Sort & { readonly by: (row: T) => number | string | undefined }) | undefined}
 */
export function sortOf(columns, text) {
  const isDown = text.startsWith('-');
  const name = isDown ? text.slice(1) : text;
  const by = columns.find((column) => nameOf(column) === name)?.by;
  return by && { name, isDown, by };
}

/**
 * What a press on a column's head makes of it: one way, the other, and none. Of numbers the largest come first, of names the first.
 * @param {Sort | undefined} sort
 * @param {{ readonly head: string, readonly kind: string }} column
 */
export function pressed(sort, column) {
  const name = nameOf(column);
  const downFirst = column.kind.includes('number');
  if (sort?.name !== name) return downFirst ? `-${name}` : name;
  if (sort.isDown !== downFirst) return '';
  return sort.isDown ? name : `-${name}`;
}

/**
 * What nobody knows stands last, either way.
 * @param {number | string | undefined} one
 * @param {number | string | undefined} other
 * @param {boolean} isDown
 */
export function compared(one, other, isDown) {
  if (one === other) return 0;
  if (one === undefined) return 1;
  if (other === undefined) return -1;
  return (one < other ? -1 : 1) * (isDown ? -1 : 1);
}
