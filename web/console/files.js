// @ts-check
/** All files that the topic knows: searched as one types, filtered by state, read as far as one looks. */
import { twoLines } from './cells.js';
import { icon, make, setAttribute, setText } from './dom.js';
import { button } from './elements.js';
import { FilePages } from './file-pages.js';
import { hashOf } from './route.js';
import { mostRows, Rows } from './rows.js';
import { split, visible } from './strangers.js';
import { ago, counted, number, perCent, size, when } from './words.js';

/** @import { ConsoleEvents, FileRow } from '../../src/console/contract.ts' */
/** @import { Api } from './api.js' */
/** @import { ConsoleState } from './state.js' */
/** @import { Route, Router } from './route.js' */

/** @type {Readonly<Record<FileRow['state'], string>>} */
const states = {
  sending: 'Under way',
  sent: 'On the topic',
  arrived: 'Arrived',
  parked: 'Parked',
  failed: 'Failed',
  removed: 'Removed',
  aborted: 'Given up',
};
/** Milliseconds after the last letter. */
const typing = 120;

export class Files {
  #router;
  #state;
  #pages;
  #rows;
  /** @type {HTMLInputElement} */
  #search;
  #filters = make('div', { class: 'filters', role: 'group', 'aria-label': 'State' });
  #of = make('p', { class: 'of' });
  #count = make('p', { class: 'count' });
  /** Told to those who do not see when an answer comes, and not whenever a file does. */
  #said = make('p', { class: 'unseen', role: 'status' });
  #saidOf = '';
  #newer = button('', () => this.#toTop(), { class: 'newer' });
  #nothing = make('div', { class: 'nothing', hidden: '' });
  #asked = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{ host: HTMLElement, api: Api, router: Router, state: ConsoleState, onChange: () => void }} parts */
  constructor({ host, api, router, state, onChange }) {
    this.#router = router;
    this.#state = state;
    this.#search = make('input', {
      type: 'search',
      placeholder: 'Search names, or *.jpg',
      'aria-label': 'Search files',
      maxlength: '256',
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: 'false',
    });
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        // Whoever went elsewhere meanwhile does not search there.
        if (this.#router.route.view === 'files')
          this.#router.change({ search: this.#search.value }, 'in place');
      }, typing);
    });
    for (const [value, label] of [['', 'All'], ...Object.entries(states)]) {
      const press = button(label ?? '', () => this.#router.change({ state: value, open: '' }, 'as a step'));
      press.dataset.state = value ?? '';
      this.#filters.append(press);
    }
    const field = make('label', { class: 'search' }, [
      icon('search'),
      this.#search,
      make('kbd', { 'aria-hidden': 'true' }, ['/']),
    ]);
    const table = make('div', { class: 'table' }, [this.#newer, this.#nothing]);
    host.append(
      make('div', { class: 'tools' }, [field, this.#count, this.#said, this.#filters, this.#of]),
      table,
    );
    this.#pages = new FilePages(api, () => {
      this.#draw();
      onChange();
    });
    this.#rows = new Rows({
      host: table,
      label: 'Files',
      columns: [
        { head: 'File', kind: 'name' },
        { head: 'State', kind: 'state' },
        { head: 'Size', kind: 'size number' },
        { head: 'When', kind: 'when' },
      ],
      build: () => this.#build(),
      idOf: ({ id }) => id,
      onOpen: ({ id }) => router.change({ open: id }, 'as a step'),
      onSeen: (_first, last) => this.#pages.seen(last),
    });
  }

  /** @param {Route} route */
  show({ query }) {
    const { search = '', state = '', uploader = '', open } = query;
    // What is being typed is not in the address yet.
    if (this.#timer === undefined && this.#search.value !== search) this.#search.value = search;
    for (const press of this.#filters.children)
      setAttribute(
        press,
        'aria-pressed',
        String(press instanceof HTMLElement && press.dataset.state === state),
      );
    this.#of.replaceChildren();
    this.#of.hidden = uploader === '';
    if (uploader !== '') {
      const all = button(
        `Files of all uploaders, not ${visible(uploader)} alone`,
        () => this.#router.change({ uploader: '' }, 'as a step'),
        { class: 'bare', icon: 'close' },
      );
      this.#of.append('of ', make('bdi', {}, [visible(uploader)]), all);
    }
    this.#rows.mark(open);
    const asked = JSON.stringify([search, state, uploader]);
    if (asked === this.#asked) return this.#rows.draw();
    this.#asked = asked;
    this.#rows.toTop();
    const isState = Object.hasOwn(states, state);
    this.#pages.ask({
      ...(search === '' ? {} : { search }),
      ...(isState ? { state: /** @type {FileRow['state']} */ (state) } : {}),
      ...(uploader === '' ? {} : { uploader }),
    });
  }

  /** @param {ConsoleEvents['files']} event */
  change({ files, more }) {
    if (this.#asked !== '') this.#pages.change(files, more, this.#rows.isAtTop);
  }

  /** @param {string} id */
  find(id) {
    return this.#pages.find(id);
  }

  /** Times go on, though nothing changes. */
  tick() {
    this.#draw();
  }

  focusSearch() {
    this.#search.focus();
    this.#search.select();
  }

  focus() {
    this.#rows.focus();
  }

  #toTop() {
    this.#rows.toTop();
    this.#pages.reload();
    this.#rows.focus();
  }

  #draw() {
    const { rows, total, newer, error, isLoading } = this.#pages;
    this.#rows.show(total, (index) => rows[index]);
    const limited = total > mostRows ? `; ${number(mostRows)} are shown, search for others` : '';
    setText(this.#count, isLoading && rows.length === 0 ? '' : `${counted(total, 'file')}${limited}`);
    if (!isLoading && this.#saidOf !== this.#asked) {
      this.#saidOf = this.#asked;
      setText(this.#said, counted(total, 'file'));
    }
    this.#newer.hidden = newer === 0 && !this.#pages.isOld;
    setText(this.#newer, newer === 0 ? 'Files have changed: show' : `${counted(newer, 'newer file')}: show`);
    this.#nothing.hidden = error === undefined && (total > 0 || isLoading);
    if (!this.#nothing.hidden) this.#tellNothing(error);
  }

  /** @param {string | undefined} error */
  #tellNothing(error) {
    const isAll = this.#asked === JSON.stringify(['', '', '']);
    const away = this.#state.trouble === undefined ? undefined : 'No file is known while Kafka is away.';
    const words = error ?? away ?? (isAll ? 'No file has been sent yet.' : 'No file is like this.');
    if (this.#nothing.dataset.words === words) return;
    this.#nothing.dataset.words = words;
    this.#nothing.replaceChildren(make('p', {}, [words]));
    if (error !== undefined) this.#nothing.append(button('Try again', () => this.#pages.reload()));
    else if (!isAll) this.#nothing.append(make('a', { href: hashOf('files') }, ['All files']));
  }

  #build() {
    const [base, place] = [make('bdi', { class: 'first' }), make('bdi', { class: 'second' })];
    const link = make('a', { tabindex: '-1' }, [base]);
    const name = make('div', {}, [link, place]);
    const state = twoLines();
    const bar = make('span', { class: 'bar', 'aria-hidden': 'true' }, [make('i')]);
    state.cell.append(bar);
    const [bytes, time] = [make('div'), make('div')];
    return {
      cells: [name, state.cell, bytes, time],
      /** @param {FileRow} row */
      fill: (row) => {
        const { folder, name: own } = split(row.path);
        setText(base, own);
        setText(place, `${visible(row.uploader)}/${folder}`);
        link.href = hashOf('files', { ...this.#router.route.query, open: row.id });
        const isSending = row.state === 'sending';
        const part = perCent(row.done, row.size);
        const second = row.reason ?? (isSending ? '' : ago(row.at, this.#state.now()));
        state.set(isSending ? `${part} %` : states[row.state], isSending ? '' : visible(second));
        setAttribute(state.cell, 'data-state', row.state);
        bar.hidden = !isSending;
        if (isSending && bar.firstElementChild instanceof HTMLElement)
          bar.firstElementChild.style.transform = `scaleX(${part / 100})`;
        setText(bytes, size(row.size));
        setText(time, when(row.at, this.#state.now()));
      },
    };
  }
}
