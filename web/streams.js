// @ts-check
/** What there is to watch: asked for now and then, and shown as cards. */
import { element, icon, make, setText } from './dom.js';
import { counted, roughly } from './words.js';

/**
 * @import { Servers } from './servers.js'
 * @import { StreamsAnswer } from './start.js'
 *
 * A stream as `/api/streams` tells it; what the page makes use of.
 * @typedef {object} StreamInfo
 * @property {string} name
 * @property {'live' | 'ended'} state
 * @property {number} began milliseconds since the epoch
 * @property {number} [viewers]
 * @property {readonly { readonly codecs: string }[]} [renditions] of what is live
 * @property {{ readonly from: number, readonly to: number }} [recorded] what Kafka has of it, milliseconds since the epoch
 */

/** Milliseconds between two questions, and how long a snapshot is good for. */
const interval = 2500;
const snapshotLasts = 20_000;

/** One card, kept for as long as its stream is there, so that nothing flickers. */
class Card {
  element = make('li');
  #servers;
  #link = make('a');
  #image = make('img', { alt: '', loading: 'lazy', decoding: 'async', width: '640', height: '360' });
  #badge = make('span', { class: 'badge' });
  #name = make('strong');
  #facts = make('small');
  #pictured = Number.NEGATIVE_INFINITY;

  /** @param {Servers} servers @param {string} name */
  constructor(servers, name) {
    this.#servers = servers;
    const frame = make('span', { class: 'frame' }, [icon('gate'), this.#image, this.#badge]);
    this.#link.append(frame, this.#name, this.#facts);
    this.#link.href = `?${new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(location.search)), stream: name })}`;
    this.#link.dataset.stream = name;
    this.#image.onload = () => this.#image.classList.add('there');
    this.#image.onerror = () => this.#image.classList.remove('there');
    this.element.append(this.#link);
    setText(this.#name, name);
  }

  /** @param {StreamInfo} stream */
  show({ name, state, began, viewers, recorded }) {
    const live = state === 'live';
    this.#badge.classList.toggle('live', live);
    setText(this.#badge, live ? 'Live' : 'Recorded');
    const long = roughly(live || recorded === undefined ? Date.now() - began : recorded.to - recorded.from);
    const watched = viewers === undefined ? [] : [counted(viewers, 'viewer')];
    setText(this.#facts, live ? [`for ${long}`, ...watched].join(' · ') : `${whenever(began)} · ${long}`);
    if (document.hidden || performance.now() - this.#pictured < snapshotLasts) return;
    // One of a recording does not change.
    if (!live && this.#pictured > 0) return;
    this.#pictured = performance.now();
    this.#image.src = this.#servers.address(`live/${name}/snapshot.jpg`, {
      at: String(Math.floor(Date.now() / snapshotLasts)),
    });
  }
}

/** @param {number} time */
function whenever(time) {
  const day = { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(undefined, /** @type {Intl.DateTimeFormatOptions} */ (day)).format(time);
}

export class Streams {
  #servers;
  #onChange;
  #onTrouble;
  /** @type {Map<string, Card>} */
  #cards = new Map();
  /** @type {readonly StreamInfo[]} */
  all = [];
  known = false;

  /**
   * @param {Servers} servers
   * @param {() => void} onChange
   * @param {(trouble: string | undefined) => void} onTrouble
   */
  constructor(servers, onChange, onTrouble) {
    this.#servers = servers;
    this.#onChange = onChange;
    this.#onTrouble = onTrouble;
  }

  /** @param {string | undefined} name */
  find(name) {
    return this.all.find((stream) => stream.name === name);
  }

  /** Takes what is known, and asks for ever. @param {StreamsAnswer} [answer] */
  async follow(answer) {
    if (answer !== undefined) this.#take(answer);
    else await this.#ask();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, document.hidden ? 4 * interval : interval));
      await this.#ask();
    }
  }

  async #ask() {
    try {
      this.#take(/** @type {StreamsAnswer} */ (await this.#servers.json('api/streams')));
    } catch {
      this.#onTrouble('The server does not answer. Trying again …');
      this.#onChange();
    }
  }

  /** @param {StreamsAnswer} answer */
  #take({ streams, servers }) {
    if (servers) this.#servers.learn(servers);
    this.all = streams;
    this.known = true;
    this.#onTrouble(undefined);
    this.#onChange();
  }

  /** @param {string | undefined} playing it stands above, and needs no card */
  show(playing) {
    const others = this.all.filter(({ name }) => name !== playing);
    const live = others.filter(({ state }) => state === 'live');
    const ended = others.filter(({ state }) => state === 'ended');
    setText(element('live-title', HTMLElement), playing === undefined ? 'Live now' : 'Also live');
    this.#fill('live', live);
    this.#fill(
      'recordings',
      ended.toSorted((a, b) => b.began - a.began),
    );
    const empty = element('empty', HTMLElement);
    const nothing = this.known && live.length === 0 && playing === undefined;
    if (nothing && empty.hidden) empty.replaceChildren(...nothingLive());
    empty.hidden = !nothing;
    for (const name of this.#cards.keys()) if (this.find(name) === undefined) this.#cards.delete(name);
  }

  /** @param {'live' | 'recordings'} which @param {readonly StreamInfo[]} streams */
  #fill(which, streams) {
    element(`${which}-section`, HTMLElement).hidden = streams.length === 0;
    const cards = streams.map((stream) => {
      const card = this.#cards.get(stream.name) ?? new Card(this.#servers, stream.name);
      this.#cards.set(stream.name, card);
      card.show(stream);
      return card.element;
    });
    const list = element(`${which}-list`, HTMLElement);
    const same =
      cards.length === list.children.length && cards.every((card, index) => list.children[index] === card);
    if (!same) list.replaceChildren(...cards);
  }
}

function nothingLive() {
  return [
    icon('gate'),
    make('h1', {}, ['No stream is live']),
    make('p', {}, ['This page shows the next one as soon as it begins. Publish one:']),
    make('code', {}, ['sluice live publish --stream my-stream --input test']),
  ];
}
