// @ts-check
/** What is being sent, in a corner: each file with how far it is, and all of them together. */
import { make, relabel, setAttribute, setText } from './dom.js';
import { button } from './elements.js';
import { visible } from './strangers.js';
import { counted, number, perCent, size } from './words.js';

/** @import { Item, Sending, SendState } from './sending.js' */

/** Rows that are there; the others are told by their number. */
const mostRows = 60;
/** Milliseconds between two drawings: bytes are told more often than anybody reads. */
const between = 200;

/** @type {readonly SendState[]} what somebody has to look at comes first */
const order = ['failed', 'left', 'sending', 'paused', 'waiting', 'sent'];

/** @typedef {{ root: HTMLElement, name: Element, word: Element, bar: HTMLElement, toggle: HTMLButtonElement, cancel: HTMLButtonElement }} Line */

export class Tray {
  /** @type {Sending | undefined} */
  sending;
  #root;
  #title = make('strong', { id: 'tray-title' });
  #word = make('p', { class: 'quiet' });
  /** Told to those who do not see when something ends, and not with every byte. */
  #said = make('p', { class: 'unseen', role: 'status' });
  #left = make('p', { class: 'left' });
  #list = make('ul');
  #others = make('p', { class: 'quiet others' });
  #total = make('progress', { max: '1', value: '0', 'aria-label': 'All of it' });
  #all = button('Pause all', () => this.#toggleAll(), { class: 'plain' });
  #close = button('Close', () => this.#shut(), { class: 'bare', icon: 'close' });
  #fold = button('Hide the list', () => this.#toggleFold(), { class: 'bare', icon: 'down' });
  /** @type {Map<string, Line>} */
  #lines = new Map();
  #timer = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    setAttribute(this.#fold, 'aria-expanded', 'true');
    const head = make('header', {}, [this.#title, this.#all, this.#fold, this.#close]);
    root.append(
      head,
      this.#total,
      this.#word,
      this.#said,
      make('div', { class: 'tray-body' }, [this.#left, this.#list, this.#others]),
    );
    addEventListener('beforeunload', (event) => {
      if (this.#count('sending') + this.#count('waiting') > 0) event.preventDefault();
    });
  }

  changed() {
    if (this.#timer !== 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#draw();
    }, between);
  }

  /** @param {SendState} state */
  #count(state) {
    let count = 0;
    for (const item of this.sending?.items.values() ?? []) if (item.state === state) count += 1;
    return count;
  }

  #toggleAll() {
    if (this.#count('sending') + this.#count('waiting') > 0) this.sending?.pauseAll();
    else this.sending?.resumeAll();
  }

  #toggleFold() {
    const isFolded = this.#root.classList.toggle('folded');
    setAttribute(this.#fold, 'aria-expanded', String(!isFolded));
    relabel(this.#fold, isFolded ? 'Show the list' : 'Hide the list');
  }

  /** What was left behind is forgotten with it, for whoever closes the tray has read what it says. */
  #shut() {
    const { sending } = this;
    for (const { key, state } of sending?.items.values() ?? [])
      if (state === 'left' || state === 'failed') sending?.cancel(key);
    sending?.clearSent();
    this.#draw();
  }

  #draw() {
    const { sending } = this;
    if (sending === undefined) return;
    const items = [...sending.items.values()];
    this.#root.hidden = items.length === 0 && sending.sentBefore + sending.sentElsewhere === 0;
    if (this.#root.hidden) return;
    const active = this.#count('sending') + this.#count('waiting');
    const [sent, failed, left] = [this.#count('sent'), this.#count('failed'), this.#count('left')];
    this.#tellAll(items, { active, sent, failed });
    this.#left.hidden = left === 0;
    setText(
      this.#left,
      left === 0
        ? ''
        : `${counted(left, 'file')} ${left === 1 ? 'was' : 'were'} not finished when the page was left. Drop ${left === 1 ? 'it' : 'them'} here again, or the folder, and sending goes on where it was.`,
    );
    this.#all.hidden = active === 0 && this.#count('paused') === 0;
    setText(this.#all, active > 0 ? 'Pause all' : 'Go on');
    this.#close.hidden = active > 0 || this.#count('paused') > 0;
    this.#rows(items);
  }

  /** @param {readonly Item[]} items @param {{ active: number, sent: number, failed: number }} counts */
  #tellAll(items, { active, sent, failed }) {
    const known = items.filter(({ state }) => state !== 'left');
    const bytes = known.reduce((sum, { entry }) => sum + entry.size, 0);
    const done = known.reduce((sum, item) => sum + item.sent, 0);
    setText(
      this.#title,
      active > 0
        ? `Sending ${counted(active, 'file')}`
        : sent > 0
          ? `${counted(sent, 'file')} sent`
          : 'Sending',
    );
    this.#total.hidden = bytes === 0 || active === 0;
    this.#total.value = bytes === 0 ? 0 : done / bytes;
    const words = [
      bytes > 0 && active > 0 ? `${size(done)} of ${size(bytes)}` : '',
      active > 0 && sent > 0 ? `${number(sent)} sent` : '',
      failed > 0 ? `${number(failed)} failed` : '',
      this.sending?.sentBefore ? `${counted(this.sending.sentBefore, 'file')} had been sent before` : '',
      this.sending?.sentElsewhere
        ? `${counted(this.sending.sentElsewhere, 'file')} another tab is sending`
        : '',
    ];
    setText(this.#word, words.filter(Boolean).join(' · '));
    const failures = failed > 0 ? `, ${number(failed)} failed` : '';
    if ((active === 0 && sent > 0) || failed > 0)
      setText(this.#said, `${counted(sent, 'file')} sent${failures}`);
  }

  /** @param {readonly Item[]} items */
  #rows(items) {
    const sorted = items.map((item, index) => ({ item, index }));
    sorted.sort((a, b) => order.indexOf(a.item.state) - order.indexOf(b.item.state) || a.index - b.index);
    const shown = sorted.slice(0, mostRows).map(({ item }) => item);
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, { root }] of this.#lines) {
      if (keys.has(key)) continue;
      root.remove();
      this.#lines.delete(key);
    }
    shown.forEach((item, index) => {
      const line = this.#lines.get(item.key) ?? this.#line(item);
      this.#fill(line, item);
      if (this.#list.children[index] !== line.root)
        this.#list.insertBefore(line.root, this.#list.children[index] ?? null);
    });
    const others = items.length - shown.length;
    this.#others.hidden = others === 0;
    setText(this.#others, `and ${number(others)} more`);
  }

  /** @param {Item} item @returns {Line} */
  #line({ key, entry }) {
    const path = visible(entry.path);
    const [name, word] = [
      make('bdi', { class: 'first', title: path }, [path]),
      make('span', { class: 'second' }),
    ];
    const fill = make('i');
    const toggle = button(`Pause ${path}`, () => this.#toggle(key), { class: 'bare', icon: 'pause' });
    const cancel = button(`Cancel ${path}`, () => this.sending?.cancel(key), {
      class: 'bare',
      icon: 'close',
    });
    const bar = make('span', { class: 'bar', 'aria-hidden': 'true' }, [fill]);
    const root = make('li', {}, [make('div', {}, [name, word, bar]), toggle, cancel]);
    const line = { root, name, word, bar: fill, toggle, cancel };
    this.#lines.set(key, line);
    return line;
  }

  /** @param {string} key */
  #toggle(key) {
    const state = this.sending?.items.get(key)?.state;
    if (state === 'sending' || state === 'waiting') this.sending?.pause(key);
    else this.sending?.resume(key);
  }

  /** @param {Line} line @param {Item} item */
  #fill({ root, word, bar, toggle, cancel }, { state, sent, entry, reason, file }) {
    setAttribute(root, 'data-state', state);
    const part = perCent(sent, entry.size);
    const all = size(entry.size);
    /** @type {Readonly<Record<SendState, string>>} */
    const words = {
      waiting: all,
      sending: reason ?? `${part} % of ${all}`,
      paused: `Paused at ${part} % of ${all}`,
      failed: reason ?? 'Failed',
      sent: `Sent, ${all}`,
      left: `Drop it again, ${all}`,
    };
    setText(word, visible(words[state]));
    bar.style.transform = `scaleX(${state === 'sent' ? 1 : entry.size === 0 ? 0 : sent / entry.size})`;
    toggle.hidden = state === 'sent' || state === 'left' || file === undefined;
    cancel.hidden = state === 'sent';
    const path = visible(entry.path);
    if (state === 'failed') relabel(toggle, `Try ${path} again`, 'again');
    else if (state === 'paused') relabel(toggle, `Go on with ${path}`, 'play');
    else relabel(toggle, `Pause ${path}`, 'pause');
  }
}
