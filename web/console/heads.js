// @ts-check
/** The heads of a list's columns, by which it is sorted where it can be. */
import { make, setAttribute } from './dom.js';
import { button } from './elements.js';
import { nameOf } from './sorting.js';

/** @import { Sort } from './sorting.js' */

/** @typedef {{ readonly head: string, readonly kind: string, readonly by?: unknown }} Head `by`: it can be sorted by this one */

export class Heads {
  #columns;
  /** One for each column. @type {readonly HTMLElement[]} */
  cells;

  /** @param {readonly Head[]} columns @param {((column: Head) => void) | undefined} onSort */
  constructor(columns, onSort) {
    this.#columns = columns;
    this.cells = columns.map((column) => {
      const { head, kind, by } = column;
      const press = by && onSort ? button(head, () => onSort(column), { class: 'sort' }) : head;
      return make('div', { role: 'columnheader', class: kind }, [press]);
    });
  }

  /** @param {Sort | undefined} sort */
  tell(sort) {
    this.cells.forEach((cell, index) => {
      const column = this.#columns[index];
      const isIt = sort !== undefined && column !== undefined && nameOf(column) === sort.name;
      setAttribute(cell, 'aria-sort', isIt ? (sort.isDown ? 'descending' : 'ascending') : undefined);
    });
  }
}
