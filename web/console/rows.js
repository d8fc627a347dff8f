// @ts-check
/**
 * A list of any length of which only what is seen is there: a grid of rows of one height, by mouse, finger and keyboard. The list itself has
 * the focus and names the row that is meant (`aria-activedescendant`), for the row's element may be another one's a moment later.
 */
import { make, setAttribute } from './dom.js';
import { Heads } from './heads.js';

/** @import { Head } from './heads.js' */
/** @import { Sort } from './sorting.js' */

/** Above this browsers lay nothing out any more; what is behind it is found by a search. */
export const mostRows = 200_000;
/** Rows that are there above and below what is seen. */
const beyond = 6;
let grids = 0;

/**
 * @template T
 * @typedef {object} RowElements
 * @property {readonly HTMLElement[]} cells
 * @property {(value: T) => void} fill
 */

/**
 * @template T
 * @typedef {object} RowsOptions
 * @property {HTMLElement} host
 * @property {string} label
 * @property {readonly Head[]} columns
 * @property {(column: Head) => void} [onSort] the head of a column that has `by` was pressed
 * @property {() => RowElements<T>} build
 * @property {(value: T) => string} idOf
 * @property {(value: T) => void} onOpen
 * @property {(first: number, last: number) => void} [onSeen] which rows are looked at, those that are not there yet among them
 */

/**
 * @template T
 * @typedef {{ readonly root: HTMLElement, readonly elements: RowElements<T>, index: number, value: T | undefined, isOld: boolean }} Slot
 */

/** @template T */
export class Rows {
  #options;
  #heads;
  #id = `grid-${++grids}`;
  #scroller;
  #body;
  #rowHeight = 56;
  #count = 0;
  /** @type {(index: number) => T | undefined} */
  #at = () => undefined;
  /** @type {Slot<T>[]} */
  #slots = [];
  #active = -1;
  /** @type {string | undefined} */
  #activeId;
  /** @type {string | undefined} */
  #opened;
  #frame = 0;

  /** @param {RowsOptions<T>} options */
  constructor(options) {
    this.#options = options;
    const { host, label, columns, onSort } = options;
    this.#heads = new Heads(columns, onSort);
    const head = make('div', { role: 'row', class: 'row', 'aria-rowindex': '1' }, this.#heads.cells);
    this.#body = make('div', { role: 'rowgroup', class: 'rows' });
    this.#scroller = make(
      'div',
      {
        role: 'grid',
        class: 'grid',
        id: this.#id,
        tabindex: '0',
        'aria-label': label,
        'aria-colcount': String(columns.length),
      },
      [make('div', { role: 'rowgroup', class: 'head' }, [head]), this.#body],
    );
    host.append(this.#scroller);
    this.#scroller.addEventListener('scroll', () => this.draw(), { passive: true });
    this.#scroller.addEventListener('keydown', (event) => this.#key(event));
    this.#scroller.addEventListener('click', (event) => this.#click(event));
    this.#scroller.addEventListener('focus', () => {
      if (this.#active === -1 && this.#count > 0) this.#activate(this.#first());
    });
    new ResizeObserver(() => this.#resize()).observe(this.#scroller);
  }

  /** By which column it is. @param {Sort | undefined} sort */
  tellSort(sort) {
    this.#heads.tell(sort);
  }

  get isAtTop() {
    return this.#scroller.scrollTop < this.#rowHeight / 2;
  }

  /**
   * @param {number} count of all, those that are not there yet among them
   * @param {(index: number) => T | undefined} at
   */
  show(count, at) {
    this.#count = Math.min(count, mostRows);
    this.#at = at;
    setAttribute(this.#scroller, 'aria-rowcount', String(count + 1));
    const height = `${this.#count * this.#rowHeight}px`;
    if (this.#body.style.height !== height) this.#body.style.height = height;
    this.#follow();
    // What stands there until then is what a press means.
    for (const slot of this.#slots) slot.isOld = true;
    this.draw();
  }

  toTop() {
    this.#active = -1;
    this.#activeId = undefined;
    this.#scroller.scrollTop = 0;
  }

  focus() {
    this.#scroller.focus({ preventScroll: true });
  }

  /** The row that a drawer tells of. @param {string | undefined} id */
  mark(id) {
    this.#opened = id;
    for (const slot of this.#slots) this.#look(slot);
  }

  draw() {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #resize() {
    const height = Number.parseFloat(getComputedStyle(this.#scroller).getPropertyValue('--row')) || 56;
    if (height !== this.#rowHeight) {
      this.#rowHeight = height;
      for (const slot of this.#slots) slot.index = -1;
      this.show(this.#count, this.#at);
    }
    this.draw();
  }

  #first() {
    return Math.max(0, Math.ceil(this.#scroller.scrollTop / this.#rowHeight));
  }

  #draw() {
    const { scrollTop, clientHeight } = this.#scroller;
    if (clientHeight === 0) return;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - beyond);
    const last = Math.min(this.#count - 1, Math.ceil((scrollTop + clientHeight) / this.#rowHeight) + beyond);
    const missing = new Set();
    for (let index = first; index <= last; index += 1) missing.add(index);
    /** @type {Slot<T>[]} */
    const free = [];
    for (const slot of this.#slots) if (!missing.delete(slot.index)) free.push(slot);
    for (const index of missing) this.#place(free.pop() ?? this.#newSlot(), index);
    for (const slot of free) this.#place(slot, -1);
    for (const slot of this.#slots) if (slot.index !== -1) this.#fill(slot);
    this.#order();
    this.#tellActive();
    this.#options.onSeen?.(first, last);
  }

  #newSlot() {
    const elements = this.#options.build();
    const root = make('div', { role: 'row', class: 'row' }, elements.cells);
    elements.cells.forEach((cell, index) => {
      cell.setAttribute('role', 'gridcell');
      cell.className = `${cell.className} ${this.#options.columns[index]?.kind ?? ''}`.trim();
    });
    this.#body.append(root);
    /** @type {Slot<T>} */
    const slot = { root, elements, index: -1, value: undefined, isOld: false };
    this.#slots.push(slot);
    return slot;
  }

  /** @param {Slot<T>} slot @param {number} index -1: out of sight */
  #place(slot, index) {
    slot.root.hidden = index === -1;
    if (slot.index === index) return;
    slot.index = index;
    slot.value = undefined;
    if (index === -1) return;
    slot.root.id = `${this.#id}-${index}`;
    slot.root.setAttribute('aria-rowindex', String(index + 2));
    slot.root.style.transform = `translateY(${index * this.#rowHeight}px)`;
  }

  /** @param {Slot<T>} slot */
  #fill(slot) {
    const value = this.#at(slot.index);
    slot.root.classList.toggle('absent', value === undefined);
    if (value !== undefined && (slot.isOld || value !== slot.value)) slot.elements.fill(value);
    slot.value = value;
    slot.isOld = false;
    this.#look(slot);
  }

  /** @param {Slot<T>} slot */
  #look(slot) {
    const isOpened = slot.value !== undefined && this.#options.idOf(slot.value) === this.#opened;
    setAttribute(slot.root, 'aria-selected', isOpened ? 'true' : undefined);
    slot.root.classList.toggle('active', slot.index === this.#active);
  }

  /** Screen readers go by the order of elements; it is put right once nothing moves. */
  #order() {
    clearTimeout(this.#ordering);
    this.#ordering = setTimeout(() => {
      this.#slots.sort((a, b) => a.index - b.index);
      let before = null;
      for (const { root } of this.#slots) {
        if (root.previousElementSibling !== before)
          this.#body.insertBefore(root, before?.nextElementSibling ?? this.#body.firstElementChild);
        before = root;
      }
    }, 150);
  }
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #ordering;

  /** What was meant is meant still, where others came before it. */
  #follow() {
    if (this.#active === -1 || this.#activeId === undefined) return;
    const idAt = (/** @type {number} */ index) => {
      const value = this.#at(index);
      return value === undefined ? undefined : this.#options.idOf(value);
    };
    if (idAt(this.#active) === this.#activeId) return;
    const near = Array.from({ length: 401 }, (_, index) => this.#active - 200 + index);
    const found = near.find((index) => index >= 0 && index < this.#count && idAt(index) === this.#activeId);
    if (found !== undefined) this.#active = found;
    else this.#active = Math.min(this.#active, this.#count - 1);
  }

  /** @param {number} index */
  #activate(index) {
    this.#active = Math.max(0, Math.min(this.#count - 1, index));
    const value = this.#at(this.#active);
    this.#activeId = value === undefined ? undefined : this.#options.idOf(value);
    const head = this.#body.offsetTop;
    const top = this.#active * this.#rowHeight;
    const { scrollTop, clientHeight } = this.#scroller;
    if (top < scrollTop) this.#scroller.scrollTop = top;
    else if (top + this.#rowHeight > scrollTop + clientHeight - head)
      this.#scroller.scrollTop = top + this.#rowHeight - clientHeight + head;
    this.draw();
  }

  #tellActive() {
    const slot = this.#slots.find(({ index }) => index !== -1 && index === this.#active);
    setAttribute(this.#scroller, 'aria-activedescendant', slot?.root.id);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target !== this.#scroller && event.key === 'Enter') return;
    if (event.ctrlKey || event.metaKey || event.altKey || this.#count === 0) return;
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / this.#rowHeight) - 2);
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    };
    if (event.key in steps) {
      const step = steps[/** @type {keyof typeof steps} */ (event.key)];
      this.#activate(this.#active === -1 ? this.#first() : this.#active + step);
    } else if (event.key === 'Enter') {
      const value = this.#at(this.#active);
      if (value === undefined) return;
      this.#options.onOpen(value);
    } else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const root = event.target instanceof Element ? event.target.closest('.rows > .row') : null;
    const slot = this.#slots.find((each) => each.root === root);
    if (slot?.value === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Whoever marks text to copy it does not want to go anywhere.
    if (String(getSelection()) !== '') return;
    event.preventDefault();
    this.#activate(slot.index);
    this.#options.onOpen(slot.value);
  }
}
