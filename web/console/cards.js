// @ts-check
/** Streams and topics: few of each, told in full. Cards are kept while what they tell changes, so that the focus stays where it is. */
import { icon, make } from './dom.js';
import { factsList, stranger } from './elements.js';
import { visible, webLink } from './strangers.js';
import { bitRate, number, precisely, size, span, when } from './words.js';

/** @import { StreamRow, TopicRow } from '../../src/console/contract.ts' */

/**
 * @template {{ readonly id: string }} T
 */
export class Cards {
  #list;
  #nothing;
  #tell;
  /** @type {Map<string, { card: HTMLElement, told: string }>} */
  #cards = new Map();

  /** @param {HTMLElement} host @param {string} label @param {string} nothing @param {(row: T) => readonly Node[]} tell */
  constructor(host, label, nothing, tell) {
    this.#tell = tell;
    this.#list = make('ul', { class: 'cards', 'aria-label': label });
    this.#nothing = make('div', { class: 'nothing' }, [nothing]);
    host.append(this.#list, this.#nothing);
  }

  /** @param {readonly T[]} rows */
  update(rows) {
    const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#nothing.hidden = rows.length > 0;
    this.#list.hidden = rows.length === 0;
    const ids = new Set(sorted.map(({ id }) => id));
    for (const [id, { card }] of this.#cards) {
      if (ids.has(id)) continue;
      card.remove();
      this.#cards.delete(id);
    }
    sorted.forEach((row, index) => {
      const entry = this.#cards.get(row.id) ?? { card: make('li', { class: 'card' }), told: '' };
      this.#cards.set(row.id, entry);
      // With the minute, for what is told in words of time.
      const told = `${JSON.stringify(row)}${Math.floor(Date.now() / 60_000)}`;
      if (told !== entry.told) {
        entry.told = told;
        const focused = entry.card.contains(document.activeElement);
        entry.card.replaceChildren(...this.#tell(row));
        if (focused) entry.card.querySelector('a')?.focus();
      }
      if (this.#list.children[index] !== entry.card)
        this.#list.insertBefore(entry.card, this.#list.children[index] ?? null);
    });
  }
}

/** @param {StreamRow} row @param {number} now */
export function streamCard(row, now) {
  const badge = make('span', { class: `badge ${row.state}` }, [row.state === 'live' ? 'Live' : 'Ended']);
  const head = make('header', {}, [make('h2', {}, [stranger(row.id)]), badge]);
  const watch = webLink(row.watch, location.href);
  if (watch !== undefined)
    head.append(
      make(
        'a',
        {
          class: 'button',
          href: watch,
          target: '_blank',
          rel: 'noopener',
          'aria-label': `Watch ${visible(row.id)}`,
        },
        [icon('play'), 'Watch'],
      ),
    );
  const { publisher } = row;
  const facts = factsList(
    [
      ['Latency', row.latency === undefined ? undefined : precisely(row.latency)],
      ['Bit rate', row.bitRate === undefined ? undefined : bitRate(row.bitRate)],
      ['Viewers', row.viewers === undefined ? undefined : number(row.viewers)],
      ['Restarts', number(row.restarts)],
      ['Breaks', number(row.discontinuities)],
      [
        row.state === 'live' ? 'On for' : 'Began',
        row.state === 'live' ? span((now - row.began) / 1000) : when(row.began, now),
      ],
    ],
    'figures',
  );
  const about = [
    row.renditions.map(visible).join(', '),
    publisher?.host && `from ${visible(publisher.host)}`,
    publisher?.version && visible(publisher.version),
  ];
  const line = make('p', { class: 'quiet' }, [about.filter(Boolean).join(' · ')]);
  const faults = make(
    'ul',
    { class: 'findings' },
    row.faults.map((fault) =>
      make('li', { class: 'warning' }, [icon('warning'), make('span', {}, [stranger(fault)])]),
    ),
  );
  return [head, facts, line, ...(row.faults.length > 0 ? [faults] : [])];
}

const levels = { fine: 'Fine', note: 'Note', warning: 'Warning', fault: 'Fault' };

/** @param {TopicRow} row */
export function topicCard(row) {
  const findings = row.findings.map(({ level, what, advice }) => {
    const words = make('span', {}, [
      make('span', { class: 'unseen' }, [`${levels[level]}: `]),
      stranger(what),
    ]);
    if (advice !== undefined) words.append(make('small', {}, [visible(advice)]));
    return make('li', { class: level }, [icon(level), words]);
  });
  const kept = [
    row.retention === undefined ? undefined : span(row.retention),
    row.retentionBytes === undefined ? undefined : `${size(row.retentionBytes)} a partition`,
  ].filter(Boolean);
  return [
    make('header', {}, [make('h2', {}, [stranger(row.id)])]),
    factsList(
      [
        ['Size', row.bytes === undefined ? undefined : size(row.bytes)],
        ['Records', number(row.records)],
        ['Kept', kept.length === 0 ? undefined : kept.join(', ')],
        ['Largest record', row.maxMessageBytes === undefined ? undefined : size(row.maxMessageBytes)],
        ['Partitions', number(row.partitions)],
        ['Copies', number(row.replicas)],
      ],
      'figures',
    ),
    ...(findings.length > 0 ? [make('ul', { class: 'findings' }, findings)] : []),
  ];
}
