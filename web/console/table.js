// @ts-check
/** What uploaders and downloaders share: a list of some hundred rows that are all there, searched and sorted here. */
import { icon, make, setText } from './dom.js';
import { Rows } from './rows.js';
import { compared, pressed, sortOf } from './sorting.js';
import { counted } from './words.js';

/** @import { RowElements } from './rows.js' */
/** @import { Route, Router } from './route.js' */
/** @import { Column } from './sorting.js' */

/**
 * @template {{ readonly id: string }} T
 * @typedef {object} TableOptions
 * @property {HTMLElement} host
 * @property {Router} router
 * @property {string} label
 * @property {string} noun
 * @property {string} nothing what is said where there is none
 * @property {readonly Column<T>[]} columns
 * @property {() => RowElements<T>} build
 * @property {(row: T) => string} words what is searched
 * @property {(row: T) => number} rank the troubled first, where nothing else is asked for: 0 before 1
 */

/** @template {{ readonly id: string }} T */
export class Table {
  #options;
  #rows;
  #search;
  #count = make('p', { class: 'count', role: 'status' });
  #nothing = make('div', { class: 'nothing', hidden: '' });
  /** @type {readonly T[]} */
  #all = [];
  /** @type {readonly T[]} */
  #shown = [];
  /** @type {ReturnType<typeof sortOf<T>>} */
  #sort;

  /** @param {TableOptions<T>} options */
  constructor(options) {
    this.#options = options;
    const { host, router, label, columns, build } = options;
    this.#search = make('input', {
      type: 'search',
      placeholder: 'Search',
      'aria-label': `Search ${label.toLowerCase()}`,
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: 'false',
    });
    this.#search.addEventListener('input', () => router.change({ search: this.#search.value }, 'in place'));
    const field = make('label', { class: 'search' }, [
      icon('search'),
      this.#search,
      make('kbd', { 'aria-hidden': 'true' }, ['/']),
    ]);
    const table = make('div', { class: 'table' }, [this.#nothing]);
    host.append(make('div', { class: 'tools' }, [field, this.#count]), table);
    this.#rows = new Rows({
      host: table,
      label,
      columns,
      build,
      idOf: ({ id }) => id,
      onOpen: ({ id }) => router.change({ open: id }, 'as a step'),
      onSort: (column) => router.change({ sort: pressed(this.#sort, column) }, 'in place'),
    });
  }

  /** @param {Route} route */
  show({ query }) {
    const { search = '', sort = '', open } = query;
    this.#sort = sortOf(this.#options.columns, sort);
    this.#rows.tellSort(this.#sort);
    if (this.#search.value !== search) this.#search.value = search;
    this.#rows.mark(open);
    this.update(this.#all);
  }

  /** @param {readonly T[]} all */
  update(all) {
    this.#all = all;
    const { words, rank, noun, nothing } = this.#options;
    const wanted = this.#search.value.trim().toLowerCase();
    const sort = this.#sort;
    const ordered = (/** @type {T} */ a, /** @type {T} */ b) =>
      sort === undefined ? rank(a) - rank(b) : compared(sort.by(a), sort.by(b), sort.isDown);
    this.#shown = all
      .filter((row) => words(row).toLowerCase().includes(wanted))
      .sort((a, b) => ordered(a, b) || (a.id < b.id ? -1 : 1));
    this.#rows.show(this.#shown.length, (index) => this.#shown[index]);
    setText(this.#count, counted(this.#shown.length, noun));
    this.#nothing.hidden = this.#shown.length > 0;
    setText(this.#nothing, wanted === '' ? nothing : `No ${noun} is called like this.`);
  }

  focusSearch() {
    this.#search.focus();
    this.#search.select();
  }

  focus() {
    this.#rows.focus();
  }
}
