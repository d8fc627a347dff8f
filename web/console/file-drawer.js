// @ts-check
/** A file's history, its bytes, and sending it again. */
import { fileAddress } from './api.js';
import { icon, make, setAttribute } from './dom.js';
import { button, factsList, stranger } from './elements.js';
import { isLate, momentOf } from './histories.js';
import { searchFor } from './matching.js';
import { hashOf } from './route.js';
import { split, visible } from './strangers.js';
import { ago, exactly, isoOf, perCent, size } from './words.js';

/** @import { FileEvent, FileRow, Role, Session } from '../../src/console/contract.ts' */
/** @import { Api } from './api.js' */
/** @import { Drawer } from './drawer.js' */

/** @type {Readonly<Record<FileEvent['what'], string>>} */
const happened = {
  sending: 'Being sent',
  sent: 'Sent',
  aborted: 'Given up',
  removed: 'Removed at the source',
  arrived: 'Arrived',
  parked: 'Parked',
  failed: 'Failed',
};

/** Milliseconds until a history is asked for again that has nothing of what a list says; and how often. */
const again = 2000;
const mostAsked = 10;
/** Of 500 rows each, that are looked through for one. */
const mostPages = 20;

/** @type {readonly Role[]} */
const ranks = ['look', 'fetch', 'send', 'administer'];

/** @param {Session} session @param {Role} role */
export function may(session, role) {
  return ranks.indexOf(session.role) >= ranks.indexOf(role);
}

export class FileDrawer {
  #api;
  #drawer;
  #session;
  #now;
  #abort = new AbortController();
  #facts = make('div');
  #list = make('ol', { class: 'history' });
  #word = make('p', { class: 'word', role: 'status' });
  #actions = make('div', { class: 'actions' });

  #key = '';
  /** Of a file that no list shows. @type {FileRow | undefined} */
  #found;
  #told = '';
  /** What its history was asked for last. */
  #loaded = '';
  #asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{ api: Api, drawer: Drawer, session: () => Session, now: () => number }} parts `now`: by the server's clock */
  constructor({ api, drawer, session, now }) {
    this.#now = now;
    this.#api = api;
    this.#drawer = drawer;
    this.#session = session;
  }

  /** @param {string} key @param {string} id `UPLOADER/PATH` @param {FileRow | undefined} row */
  show(key, id, row) {
    const [, path] = namesOf(id, row);
    const { folder, name } = split(path);
    this.#key = key;
    this.#found = undefined;
    this.#told = '';
    this.#loaded = '';
    this.#asked = 0;
    this.#drawer.show(key, make('bdi', {}, [make('small', {}, [folder]), name]));
    this.#list.replaceChildren();
    this.#actions.replaceChildren();
    this.#word.textContent = '';
    this.#drawer.body.append(this.#facts, this.#actions, this.#word, make('h3', {}, ['History']), this.#list);
    this.update(id, row);
  }

  /** @param {string} id @param {FileRow | undefined} listed */
  update(id, listed) {
    if (this.#drawer.open !== this.#key) return;
    const row = listed ?? this.#found;
    const [uploader, path] = namesOf(id, row);
    const loaded = momentOf(id, row);
    if (this.#loaded === '' || (row !== undefined && loaded !== this.#loaded)) {
      this.#loaded = loaded;
      void this.#load(uploader, path, row);
    }
    const told = JSON.stringify([id, row]);
    if (told === this.#told) return;
    this.#told = told;
    const from = make('a', { href: hashOf('uploaders', { open: uploader }) }, [stranger(uploader)]);
    const done = row?.state === 'sending' ? `, ${perCent(row.done, row.size)} % sent` : '';
    this.#facts.replaceChildren(
      factsList([
        ['Uploader', from],
        ['Size', row && `${size(row.size)}${done}`],
        ['Last changed', row && exactly(row.mtime)],
        ['Digest', row?.digest && make('code', {}, [visible(row.digest)])],
        ['Reason', row?.reason && stranger(row.reason)],
        ['Encrypted', row?.isLocked && 'Only who has its key can read it. The console has none.'],
      ]),
    );
  }

  /** @param {string} uploader @param {string} path @param {FileRow | undefined} row */
  async #load(uploader, path, row) {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#list.setAttribute('aria-busy', 'true');
    try {
      const events = await this.#api.fileHistory(uploader, path, signal);
      if (row === undefined) await this.#find(`${uploader}/${path}`, uploader, signal);
      if (signal.aborted) return;
      this.#list.replaceChildren(
        ...events.map((event) =>
          this.#item(
            event,
            uploader,
            path,
            event !== events.find(({ isKept }) => isKept) && row?.isLocked !== true,
          ),
        ),
      );
      this.#offer(events, uploader, path, row);
      if (events.length === 0) this.#list.append(make('li', {}, ['The topic knows nothing of this file.']));
      if (row !== undefined && isLate(row, events) && this.#asked++ < mostAsked)
        this.#timer = setTimeout(() => {
          this.#loaded = '';
          this.update(row.id, row);
        }, again);
    } catch (error) {
      if (signal.aborted) return;
      this.#list.replaceChildren(
        make('li', { class: 'failed' }, [
          `Its history could not be had. ${error instanceof Error ? visible(error.message) : ''}`,
        ]),
      );
    }
    this.#list.removeAttribute('aria-busy');
  }

  /** @param {string} id @param {string} uploader @param {AbortSignal} signal */
  async #find(id, uploader, signal) {
    const files = await this.#searched(id, uploader, signal);
    this.#found = files.find((row) => row.id === id);
    if (this.#found !== undefined) this.update(id, undefined);
  }

  /** Names that begin alike can be thousands, and the one that is meant the oldest of them. @param {string} id @param {string} uploader @param {AbortSignal} signal */
  async #searched(id, uploader, signal) {
    const search = searchFor(id);
    /** @type {string | undefined} */
    let after;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const more = after === undefined ? {} : { after };
      const { files, next } = await this.#api.files({ search, uploader, limit: 500, ...more }, signal);
      if (next === undefined || files.some((row) => row.id === id)) return files;
      after = next;
    }
    return [];
  }

  /** @param {readonly FileEvent[]} events @param {string} uploader @param {string} path @param {FileRow | undefined} row */
  #offer(events, uploader, path, row) {
    /** @type {Node[]} */
    const actions = [];
    const kept = events.find(({ isKept }) => isKept);
    if (kept && may(this.#session(), 'fetch') && row?.isLocked !== true) {
      const address = fileAddress(uploader, path, kept.upload);
      actions.push(make('a', { class: 'button', href: address, download: '' }, [icon('fetch'), 'Fetch']));
    }
    if (may(this.#session(), 'administer') && events.length > 0)
      actions.push(button('Send again', () => void this.#resend(uploader, path), { icon: 'again' }));
    this.#actions.replaceChildren(...actions);
  }

  /** @param {string} uploader @param {string} path */
  async #resend(uploader, path) {
    try {
      await this.#api.resend(uploader, path);
      this.#word.textContent = `${visible(uploader)} sends it again when it next looks.`;
    } catch (error) {
      this.#word.textContent = error instanceof Error ? visible(error.message) : '';
    }
  }

  /** @param {FileEvent} event @param {string} uploader @param {string} path @param {boolean} isOffered */
  #item(event, uploader, path, isOffered) {
    const where = event.where === undefined ? [] : [' at ', stranger(event.where)];
    const head = make('p', { class: 'what' }, [make('strong', {}, [happened[event.what], ...where])]);
    const time = make('time', { title: exactly(event.at) }, [ago(event.at, this.#now())]);
    setAttribute(time, 'datetime', isoOf(event.at));
    head.append(time);
    const item = make('li', { class: event.what }, [head]);
    if (event.reason !== undefined) item.append(make('p', { class: 'reason' }, [stranger(event.reason)]));
    const records =
      event.partition === undefined
        ? ''
        : `partition ${event.partition}${recordsOf(event.first, event.last)}`;
    const sized = event.size === undefined ? '' : size(event.size);
    const gone = event.isKept === false ? 'not on the topic any more' : '';
    const line = make('p', { class: 'quiet' }, [[sized, records, gone].filter(Boolean).join(' · ')]);
    if (event.isKept && may(this.#session(), 'fetch') && isOffered)
      line.append(
        sized || records ? ' · ' : '',
        make('a', { href: fileAddress(uploader, path, event.upload), download: '' }, ['fetch this version']),
      );
    if (line.childNodes.length > 0 && line.textContent !== '') item.append(line);
    return item;
  }
}

/** @param {number | undefined} first @param {number | undefined} last */
function recordsOf(first, last) {
  if (first === undefined) return '';
  return last === undefined || last === first ? `, record ${first}` : `, records ${first} to ${last}`;
}

/** @param {string} id @param {FileRow | undefined} row @returns {[uploader: string, path: string]} */
function namesOf(id, row) {
  if (row !== undefined) return [row.uploader, row.path];
  const at = id.indexOf('/');
  return at === -1 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
}
