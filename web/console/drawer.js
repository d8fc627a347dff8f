// @ts-check
/** What is known of one thing, beside the list; on phones in its place. Esc closes it, and the focus is where it was. */
import { element, make } from './dom.js';
import { button } from './elements.js';

const narrow = matchMedia('(width < 720px)');

export class Drawer {
  #root = element('drawer', HTMLElement);
  #title = make('h2', { id: 'drawer-title', tabindex: '-1' });
  #body = make('div', { class: 'drawer-body' });
  /** @type {string | undefined} */
  #open;
  /** @type {Element | null} */
  #before = null;
  onClose = () => {};
  /** What had the focus before is not there any more, or was nothing. */
  onLost = () => {};

  constructor() {
    const close = button('Close', () => this.onClose(), { class: 'bare', icon: 'close' });
    this.#root.append(make('header', {}, [this.#title, close]), this.#body);
    narrow.addEventListener('change', () => this.#shut());
  }

  /** Of which thing it tells. */
  get open() {
    return this.#open;
  }

  get body() {
    return this.#body;
  }

  /**
   * @param {string} id
   * @param {Node} title
   */
  show(id, title) {
    if (this.#open === undefined) this.#before = document.activeElement;
    this.#open = id;
    this.#title.replaceChildren(title);
    this.#body.replaceChildren();
    this.#body.scrollTop = 0;
    this.#root.hidden = false;
    this.#shut();
    this.#title.focus({ preventScroll: true });
  }

  hide() {
    if (this.#open === undefined) return;
    this.#open = undefined;
    const hadFocus = this.#root.contains(document.activeElement);
    this.#root.hidden = true;
    this.#shut();
    this.#body.replaceChildren();
    if (!hadFocus) return;
    const before = this.#before;
    if (before instanceof HTMLElement && before !== document.body && before.checkVisibility())
      before.focus({ preventScroll: true });
    else this.onLost();
  }

  /** What lies behind it on a phone can neither be seen nor reached. */
  #shut() {
    const isCovered = this.#open !== undefined && narrow.matches;
    element('main', HTMLElement).inert = isCovered;
    element('top', HTMLElement).inert = isCovered;
  }
}
