// @ts-check
/** The views, and what comes by the one line of events, brought together. */
import { Cards, streamCard, topicCard } from './cards.js';
import { element, setAttribute, setText } from './dom.js';
import { Drawers } from './drawers.js';
import { takeDrops } from './drop.js';
import { Feed } from './feed.js';
import { may } from './file-drawer.js';
import { Files } from './files.js';
import { tell, tellMarks, tellWho } from './head.js';
import { listenToKeys } from './keys.js';
import { LastHours } from './last-hours.js';
import { Overview } from './overview.js';
import { Router, views } from './route.js';
import { downloadersTable, uploadersTable } from './runs.js';
import { SenderKeys } from './sender-keys.js';
import { Sending } from './sending.js';
import { ConsoleState } from './state.js';
import { visible } from './strangers.js';
import { Tray } from './tray.js';
import { scopeOf, Unfinished } from './unfinished.js';
import { exactly } from './words.js';
import { titleOf, wrongsOf } from './wrongs.js';

/** @import { Session, StreamRow } from '../../src/console/contract.ts' */
/** @import { Api } from './api.js' */
/** @import { Route, View } from './route.js' */

/** Milliseconds in which changes are gathered; not by frames, for the title of a page that nobody looks at tells too. */
const gather = 100;
/** Milliseconds after which times in words are told anew. */
const tick = 10_000;

const main = element('main', HTMLElement);
const line = element('line', HTMLElement);

export class Console {
  #api;
  #session;
  #state = new ConsoleState();
  #router = new Router();
  #feed;
  #tray = new Tray(element('tray', HTMLElement));
  /** @type {Sending | undefined} */
  #sending;
  /** Nobody is known now. */
  #isPaused = false;
  #lastHours;
  /** Something that is to be known besides. @type {string | undefined} */
  #word;
  /** @type {number | undefined} */
  #downSince;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #overview;
  #files;
  #uploaders;
  #downloaders;
  #streams;
  #topics;
  #keys;
  #drawers;

  /** @param {Api} api @param {Session} session */
  constructor(api, session) {
    this.#api = api;
    this.#session = session;
    const [router, state] = [this.#router, this.#state];
    const host = (/** @type {View} */ view) => element(`view-${view}`, HTMLElement);
    this.#overview = new Overview(host('overview'), state);
    this.#files = new Files({ host: host('files'), api, router, state, onChange: () => this.#changed() });
    this.#uploaders = uploadersTable(host('uploaders'), router, state);
    this.#downloaders = downloadersTable(host('downloaders'), router, state);
    this.#streams = /** @type {Cards<StreamRow>} */ (
      new Cards(host('streams'), 'Streams', 'No stream has been published yet.', (row) =>
        streamCard(row, state.now()),
      )
    );
    this.#topics = new Cards(host('topics'), 'Topics', 'No topic of Sluice is known here.', topicCard);
    const mayKeys = () => may(this.#session, 'administer');
    this.#keys = new SenderKeys({ host: host('keys'), api, state, may: mayKeys });
    this.#drawers = new Drawers({
      ...{ api, router, state, files: this.#files, session: () => this.#session },
      focusView: () => this.#focusView(),
    });
    this.#lastHours = new LastHours(async () => {
      state.past(await api.history());
      this.#changed();
    });
    this.#feed = new Feed({
      onEvent: (event, data) => {
        if (event === 'files') this.#files.change(/** @type {never} */ (data));
        else if (event === 'trouble') state.trouble = /** @type {{ message?: string }} */ (data).message;
        else if (event === 'drops') state.drops = /** @type {{ message?: string }} */ (data).message;
        else if (event === 'snapshot') state.snapshot(/** @type {never} */ (data));
        else if (event === 'change') state.change(/** @type {never} */ (data));
        else state.point(/** @type {never} */ (data));
        if (event === 'snapshot') this.#renewed();
        this.#changed();
      },
      onLine: (since) => {
        this.#downSince = since;
        this.#changed();
      },
      onAsk: () => api.overview(),
      onSeen: () => this.#lastHours.look(),
      onRefused: async () => this.#meet(await api.session()),
    });
    setInterval(() => this.#changed(), tick);
    // Who has no mouse scrolls what has nothing in it that could have the focus.
    for (const view of views) if (host(view).classList.contains('scrolls')) host(view).tabIndex = 0;
    this.#letSend();
    listenToKeys({
      onSearch: () => this.#isPaused || this.#search(),
      onEscape: () => this.#isPaused || this.#drawers.close(),
      onView: (view) => this.#isPaused || (view === 'keys' && !mayKeys()) || router.go(view),
    });
    element('sign-out', HTMLButtonElement).addEventListener('click', () => void this.#signOut());
  }

  /** Nothing of what one saw or sent is left for whoever comes next. */
  async #signOut() {
    try {
      await this.#api.signOut();
      location.reload();
    } catch (error) {
      this.#say(`Signing out failed. ${error instanceof Error ? visible(error.message) : ''}`);
    }
  }

  /** Begins, or goes on for whoever signed in. @param {Session} session */
  go(session) {
    this.#isPaused = false;
    this.#meet(session);
    element('nav', HTMLElement).hidden = false;
    this.#feed.open();
    if (this.#router.isListening) this.#show(this.#router.route);
    else this.#router.listen((route) => this.#show(route));
  }

  /** The server may have been started anew, with other options or another release; and somebody may have signed in beside us. @param {Session} session */
  #meet(session) {
    const before = this.#session;
    this.#session = session;
    if (session.version !== before.version)
      this.#say(`The console is of release ${session.version} now. Load this page anew.`);
    const { topic, user, uploader } = session;
    tellWho(session, { send: this.#maySend(), keys: may(session, 'administer') });
    if (this.#sending === undefined && uploader !== undefined)
      this.#makeSending(scopeOf(location.pathname, { topic, uploader, user }));
  }

  /** Nobody is known any more: what was seen stays out of sight. */
  pause() {
    this.#isPaused = true;
    this.#feed.close();
    this.#drawers.hide();
    element('nav', HTMLElement).hidden = true;
    element('send', HTMLElement).hidden = true;
    for (const view of views) element(`view-${view}`, HTMLElement).hidden = true;
  }

  #maySend() {
    return may(this.#session, 'send') && this.#session.uploader !== undefined;
  }

  /** @param {string} scope */
  #makeSending(scope) {
    /** @type {Storage | undefined} */
    let storage;
    try {
      storage = localStorage;
    } catch {
      // Private windows may refuse.
    }
    const unfinished = new Unfinished(storage, scope);
    const onChange = () => this.#tray.changed();
    this.#sending = new Sending({
      address: 'uploads/',
      scope,
      csrf: () => this.#api.csrf,
      renew: () => this.#api.session(),
      unfinished,
      onChange,
    });
    this.#tray.sending = this.#sending;
    this.#tray.changed();
  }

  #letSend() {
    takeDrops({
      words: () =>
        this.#maySend() ? `Drop to send, as uploader ${visible(this.#session.uploader ?? '')}` : undefined,
      onFiles: (files) => this.#sending?.add(files),
      onError: (error) =>
        this.#say(`What was dropped could not be read: ${error instanceof Error ? error.message : error}.`),
    });
  }

  /** @param {string} text */
  #say(text) {
    this.#word = text;
    this.#tellLine();
  }

  /** All of it is new: what was missed meanwhile too. */
  #renewed() {
    if (this.#router.route.view === 'overview') void this.#overview.begin();
    this.#lastHours.renew();
  }

  #search() {
    const { view } = this.#router.route;
    if (view === 'uploaders') this.#uploaders.focusSearch();
    else if (view === 'downloaders') this.#downloaders.focusSearch();
    else {
      if (view !== 'files') {
        this.#router.go('files');
        this.#show(this.#router.route);
      }
      this.#files.focusSearch();
    }
  }

  /** For whoever closed what they had opened by its address. */
  #focusView() {
    const { view } = this.#router.route;
    if (view === 'files') this.#files.focus();
    else if (view === 'uploaders') this.#uploaders.focus();
    else if (view === 'downloaders') this.#downloaders.focus();
    else element(`view-${view}`, HTMLElement).focus({ preventScroll: true });
  }

  /** @param {Route} route */
  #show(route) {
    if (this.#isPaused) return;
    for (const view of views) element(`view-${view}`, HTMLElement).hidden = view !== route.view;
    for (const link of element('nav', HTMLElement).querySelectorAll('a')) {
      const isHere = link.dataset.view === route.view;
      setAttribute(link, 'aria-current', isHere ? 'page' : undefined);
      if (isHere) link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
    if (route.view === 'overview') void this.#overview.begin();
    if (route.view === 'files') this.#files.show(route);
    if (route.view === 'uploaders') this.#uploaders.show(route);
    if (route.view === 'downloaders') this.#downloaders.show(route);
    if (route.view === 'keys') void this.#keys.show();
    else this.#keys.leave();
    this.#refresh();
    this.#drawers.show(route);
  }

  #changed() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#refresh();
    }, gather);
  }

  #refresh() {
    if (this.#isPaused) return;
    const { sections, totals, drops } = this.#state;
    const { view } = this.#router.route;
    const wrongs = wrongsOf(sections, totals, this.#state.now(), drops);
    if (view === 'overview') this.#overview.update(wrongs, this.#session.topic);
    if (view === 'files') this.#files.tick();
    if (view === 'uploaders') this.#uploaders.update(sections.uploaders);
    if (view === 'downloaders') this.#downloaders.update(sections.downloaders);
    if (view === 'streams') this.#streams.update(sections.streams);
    if (view === 'topics') this.#topics.update(sections.topics);
    if (view === 'keys') this.#keys.update();
    this.#drawers.update();
    this.#tellLine();
    tellMarks(wrongs);
    const words =
      this.#downSince !== undefined
        ? 'no connection'
        : this.#state.trouble
          ? 'Kafka is away'
          : titleOf(wrongs);
    const name = `${view[0]?.toUpperCase()}${view.slice(1)}`;
    document.title = words === '' ? `${name} – Sluice` : `${words} – ${name} – Sluice`;
  }

  #tellLine() {
    const isDown = this.#downSince !== undefined;
    line.classList.toggle('down', isDown);
    main.classList.toggle('stale', isDown);
    line.classList.toggle('up', !isDown);
    const words = line.lastElementChild;
    if (words) setText(words, isDown ? 'Connecting again …' : 'Live');
    if (this.#downSince !== undefined)
      tell(`The console cannot be reached since ${exactly(this.#downSince)}. What you see was so then.`);
    else if (this.#state.trouble) tell(`Kafka cannot be asked: ${visible(this.#state.trouble)}`);
    else tell(this.#word);
  }
}
