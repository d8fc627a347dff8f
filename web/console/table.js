// @ts-check
/** What uploaders and downloaders share: a list of some hundred rows that are all there, searched and sorted here. */
import { icon, make, setText } from './dom.js';
import { Rows } from './rows.js';
import { counted } from './words.js';

/** @import { RowElements } from './rows.js' */
/** @import { Route, Router } from './route.js' */

/**
 * @template {{ readonly id: string }} T
 * @typedef {object} TableOptions
 * @property {HTMLElement} host
 * @property {Router} router
 * @property {string} label
 * @property {string} noun
 * @property {string} nothing what is said where there is none
 * @property {readonly { readonly head: string, readonly kind: string }[]} columns
 * @property {() => RowElements<T>} build
 * @property {(row: T) => string} words what is searched
 * @property {(row: T) => number} rank the troubled first: 0 before 1
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
    });
  }

  /** @param {Route} route */
  show({ query }) {
    const { search = '', open } = query;
    if (this.#search.value !== search) this.#search.value = search;
    this.#rows.mark(open);
    this.update(this.#all);
  }

  /** @param {readonly T[]} all */
  update(all) {
    this.#all = all;
    const { words, rank, noun, nothing } = this.#options;
    const wanted = this.#search.value.trim().toLowerCase();
    this.#shown = all
      .filter((row) => words(row).toLowerCase().includes(wanted))
      .sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
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
