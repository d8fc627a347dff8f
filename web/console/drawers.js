// @ts-check
/** Which thing the drawer tells of, by the address. */

import { Drawer } from './drawer.js';
import { stranger } from './elements.js';
import { FileDrawer } from './file-drawer.js';
import { downloaderFacts, uploaderFacts } from './runs.js';

/** @import { Session } from '../../src/console/contract.ts' */
/** @import { Api } from './api.js' */
/** @import { Files } from './files.js' */
/** @import { Route, Router } from './route.js' */
/** @import { ConsoleState } from './state.js' */

export class Drawers {
  #router;
  #state;
  #files;
  #drawer = new Drawer();
  #file;
  #told = '';

  /**
   * @param {{ api: Api, router: Router, state: ConsoleState, files: Files, session: () => Session, focusView: () => void }} parts
   *   `focusView`: gives the focus to what is seen, where what had it is gone
   */
  constructor({ api, router, state, files, session, focusView }) {
    this.#router = router;
    this.#state = state;
    this.#files = files;
    this.#drawer.onLost = focusView;
    this.#file = new FileDrawer({ api, drawer: this.#drawer, session, now: () => state.now() });
    this.#drawer.onClose = () => this.close();
  }

  /** @param {Route} route */
  show({ view, query: { open } }) {
    const key = open === undefined ? undefined : `${view} ${open}`;
    if (open === undefined || key === undefined) return this.#drawer.hide();
    if (this.#drawer.open === key) return;
    this.#told = '';
    if (view === 'files') this.#file.show(key, open, this.#files.find(open));
    else if (view === 'uploaders' || view === 'downloaders') {
      const row = this.#row(view, open);
      this.#drawer.show(key, stranger(row !== undefined && 'name' in row ? row.name : open));
    } else return this.#drawer.hide();
    this.update();
  }

  update() {
    const { view, query } = this.#router.route;
    const { open } = query;
    if (open === undefined || this.#drawer.open !== `${view} ${open}`) return;
    if (view === 'files') return this.#file.update(open, this.#files.find(open));
    if (view !== 'uploaders' && view !== 'downloaders') return;
    const row = this.#row(view, open);
    // With the time, for what is told in words of time; but nothing is made anew under somebody's eyes without need.
    const told = `${JSON.stringify(row)}${Math.floor(Date.now() / 10_000)}`;
    if (told === this.#told || String(getSelection()) !== '') return;
    this.#told = told;
    const now = this.#state.now();
    const focused = this.#drawer.body.contains(document.activeElement);
    if (row === undefined) this.#drawer.body.replaceChildren('Nothing is known of it any more.');
    else
      this.#drawer.body.replaceChildren(
        ...('name' in row ? downloaderFacts(row, now) : uploaderFacts(row, now)),
      );
    if (focused) this.#drawer.body.querySelector('a')?.focus();
  }

  close() {
    if (this.#router.route.query.open !== undefined) this.#router.change({ open: '' }, 'as a step');
  }

  hide() {
    this.#drawer.hide();
  }

  /** @param {'uploaders' | 'downloaders'} view @param {string} id */
  #row(view, id) {
    const { sections } = this.#state;
    return view === 'uploaders'
      ? sections.uploaders.find((row) => row.id === id)
      : sections.downloaders.find((row) => row.id === id);
  }
}
