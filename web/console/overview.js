// @ts-check
/** What is wrong, then how much goes through, then the last hours. */
import { icon, make, setText } from './dom.js';
import { hashOf } from './route.js';
import { bitRate, number, rate, shortSpan, size } from './words.js';
import { calmOf } from './wrongs.js';

/** @import { Totals } from '../../src/console/contract.ts' */
/** @import { ConsoleState } from './state.js' */
/** @import { Wrong } from './wrongs.js' */
/** @import { Plot, PlotView } from './plots.js' */

/** More than these are told by their number. */
const mostWrongs = 12;

/** @type {readonly { label: string, href: string, of: (totals: Totals) => string | undefined }[]} */
const tiles = [
  { label: 'Files', href: hashOf('files'), of: ({ filesRate }) => rate(filesRate) },
  {
    label: 'Files under way',
    href: hashOf('files', { state: 'sending' }),
    of: ({ sendingFiles }) => number(sendingFiles),
  },
  {
    label: 'Yet to be sent',
    href: hashOf('uploaders'),
    of: ({ backlogBytes }) => known(backlogBytes, size),
  },
  { label: 'Yet to be received', href: hashOf('downloaders'), of: ({ lagBytes }) => known(lagBytes, size) },
  {
    label: 'Behind at most',
    href: hashOf('downloaders'),
    of: ({ lagSeconds }) => known(lagSeconds, shortSpan),
  },
  { label: 'Streams live', href: hashOf('streams'), of: ({ liveStreams }) => number(liveStreams) },
  { label: 'Live video', href: hashOf('streams'), of: ({ liveRate }) => bitRate(liveRate) },
  { label: 'Viewers', href: hashOf('streams'), of: ({ viewers }) => known(viewers, number) },
];

/** @type {readonly Plot[]} */
const plots = [
  {
    title: 'Through Kafka',
    series: [
      { name: 'filesRate', label: 'files' },
      { name: 'liveRate', label: 'live' },
    ],
    words: rate,
  },
  {
    title: 'Still to come',
    series: [
      { name: 'backlogBytes', label: 'to be sent' },
      { name: 'lagBytes', label: 'to be received' },
    ],
    words: size,
  },
  { title: 'Furthest behind', series: [{ name: 'lagSeconds', label: 'downloader' }], words: shortSpan },
  {
    title: 'Viewers',
    series: [{ name: 'viewers', label: 'viewers' }],
    words: (value) => number(Math.round(value)),
  },
];

/** @param {number | undefined} value @param {(value: number) => string} words */
function known(value, words) {
  return value === undefined ? undefined : words(value);
}

export class Overview {
  #state;
  #wrongs = make('ul', { class: 'wrongs', 'aria-label': 'What is wrong' });
  #fineWords = make('span');
  #fine = make('p', { class: 'fine' }, [icon('fine'), this.#fineWords]);
  /** @type {{ value: HTMLElement, tile: HTMLElement, of: (totals: Totals) => string | undefined }[]} */
  #tiles = [];
  #plots = make('section', { class: 'plots', 'aria-label': 'The last hours' });
  /** @type {PlotView[] | undefined} */
  #views;
  #told = '';

  /** @param {HTMLElement} host @param {ConsoleState} state */
  constructor(host, state) {
    this.#state = state;
    const totals = make('ul', { class: 'tiles', 'aria-label': 'Now' });
    for (const { label, href, of } of tiles) {
      const value = make('strong');
      const tile = make('li', {}, [make('a', { href }, [value, make('span', {}, [label])])]);
      totals.append(tile);
      this.#tiles.push({ value, tile, of });
    }
    host.append(this.#wrongs, this.#fine, totals, this.#plots);
  }

  /** @param {readonly Wrong[]} wrongs @param {string} topic of files */
  update(wrongs, topic) {
    const fine = calmOf(this.#state, topic);
    setText(this.#fineWords, fine ?? '');
    this.#tellWrongs(wrongs, fine !== undefined);
    const { totals } = this.#state;
    for (const { value, tile, of } of this.#tiles) {
      const text = totals === undefined ? undefined : of(totals);
      tile.hidden = text === undefined;
      setText(value, text ?? '');
    }
    for (const view of this.#views ?? []) view.draw(this.#state);
  }

  /** The plots' own code is fetched when they are looked at for the first time. */
  async begin() {
    if (this.#views !== undefined) return;
    this.#views = [];
    const loaded = await import('./plots.js').catch(() => undefined);
    if (loaded === undefined) {
      // It is tried again when it is looked at again, or the line is back.
      this.#views = undefined;
      return;
    }
    const { PlotView } = loaded;
    this.#views = plots.map((plot) => new PlotView(this.#plots, plot));
    for (const view of this.#views) view.draw(this.#state);
  }

  /** Only where something changed: whoever reads or has the focus in it is not disturbed. @param {readonly Wrong[]} wrongs @param {boolean} isCalm */
  #tellWrongs(wrongs, isCalm) {
    this.#wrongs.hidden = wrongs.length === 0;
    this.#fine.hidden = wrongs.length > 0 || !isCalm;
    const shown = wrongs.slice(0, mostWrongs);
    const told = JSON.stringify([shown, wrongs.length]);
    if (told === this.#told) return;
    this.#told = told;
    const focused =
      document.activeElement instanceof HTMLAnchorElement ? document.activeElement.hash : undefined;
    const others = wrongs.length - shown.length;
    this.#wrongs.replaceChildren(
      ...shown.map(itemOf),
      ...(others > 0 ? [make('li', { class: 'others' }, [`and ${number(others)} more`])] : []),
    );
    if (focused !== undefined && document.activeElement === document.body)
      for (const link of this.#wrongs.querySelectorAll('a')) if (link.hash === focused) link.focus();
  }
}

/** @param {Wrong} wrong */
function itemOf({ level, what, why, href }) {
  const words = make('span', { class: 'words' }, [make('strong', {}, [what])]);
  if (why !== undefined) words.append(make('small', {}, [why]));
  const label = make('span', { class: 'unseen' }, [level === 'fault' ? 'Fault: ' : 'Warning: ']);
  return make('li', { class: level }, [make('a', { href }, [icon(level), label, words, icon('on')])]);
}
