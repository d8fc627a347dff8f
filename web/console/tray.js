// @ts-check
/** What is being sent, in a corner: each file with how far it is, and all of them together. */
import { make, relabel, setAttribute, setText } from './dom.js';
import { button } from './elements.js';
import { visible } from './strangers.js';
import { tallyOf } from './tally.js';
import { counted, number, perCent, size } from './words.js';

/** @import { Item, Sending, SendState } from './sending.js' */
/** @import { Tally } from './tally.js' */

/** Rows that are there; the others are told by their number. */
const mostRows = 60;
/** Milliseconds between two drawings: bytes are told more often than anybody reads. */
const between = 200;

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
      if (this.#isActive) event.preventDefault();
    });
  }

  changed() {
    if (this.#timer !== 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#draw();
    }, between);
  }

  #tally() {
    return tallyOf(this.sending?.items.values() ?? [], mostRows);
  }

  get #isActive() {
    const { counts } = this.#tally();
    return counts.sending + counts.waiting > 0;
  }

  #toggleAll() {
    if (this.#isActive) this.sending?.pauseAll();
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
    const all = sending.items.size;
    this.#root.hidden = all === 0 && sending.sentBefore + sending.sentElsewhere === 0;
    if (this.#root.hidden) return;
    const tally = this.#tally();
    const { left, paused, sending: moving, waiting } = tally.counts;
    const active = moving + waiting;
    this.#tellAll(tally, active);
    this.#left.hidden = left === 0;
    setText(
      this.#left,
      left === 0
        ? ''
        : `${counted(left, 'file')} ${left === 1 ? 'was' : 'were'} not finished when the page was left. Drop ${left === 1 ? 'it' : 'them'} here again, or the folder, and sending goes on where it was.`,
    );
    this.#all.hidden = active === 0 && paused === 0;
    setText(this.#all, active > 0 ? 'Pause all' : 'Go on');
    this.#close.hidden = active > 0 || paused > 0;
    this.#rows(tally.shown, all);
  }

  /** @param {Tally} tally @param {number} active */
  #tellAll({ bytes, done, counts: { sent, failed } }, active) {
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

  /** @param {readonly Item[]} shown @param {number} all */
  #rows(shown, all) {
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
    const others = all - shown.length;
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
