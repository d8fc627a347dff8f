// @ts-check
/** A list of files as it is read: page after page as far as somebody looks, and kept true while files change. */
import { matcherOf } from './matching.js';

/** @import { FileRow, FilesQuestion } from '../../src/console/contract.ts' */
/** @import { Api } from './api.js' */

/** Rows of a page: as many as the server gives. */
const pageSize = 500;
/** Milliseconds until a list is read anew of which more changed than was told; and one that is as good as true. */
const soon = 1500;
const later = 15_000;

export class FilePages {
  #api;
  #onChange;
  /** @type {FilesQuestion} */
  #question = {};
  /** @type {FileRow[]} */
  rows = [];
  /** @type {Map<string, number>} where a row stands */
  #places = new Map();
  total = 0;
  /** Rows that came, and that a list which somebody reads in the middle does not show yet. */
  newer = 0;
  /** More changed than was told. */
  isOld = false;
  /** @type {string | undefined} */
  error;
  isLoading = false;
  /** @type {string | undefined} */
  #next;
  #wanted = 0;
  #abort = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #due = 0;

  /** @param {Api} api @param {() => void} onChange */
  constructor(api, onChange) {
    this.#api = api;
    this.#onChange = onChange;
  }

  /** @param {FilesQuestion} question */
  ask(question) {
    this.#question = question;
    this.#wanted = 0;
    void this.#load(undefined);
  }

  reload() {
    void this.#load(undefined);
  }

  /** Somebody looks at rows up to this one. @param {number} last */
  seen(last) {
    this.#wanted = Math.min(last + pageSize / 2, this.total - 1);
    if (
      !this.isLoading &&
      this.#next !== undefined &&
      this.error === undefined &&
      this.#wanted >= this.rows.length
    )
      void this.#load(this.#next);
  }

  /**
   * @param {readonly FileRow[]} changed
   * @param {boolean} more
   * @param {boolean} isAtTop
   */
  change(changed, more, isAtTop) {
    const meets = matcherOf(this.#question);
    /** @type {FileRow[]} */
    const unknown = [];
    let isTouched = false;
    for (const row of changed) {
      const place = this.#places.get(row.id);
      if (place === undefined) {
        if (meets(row)) unknown.push(row);
      } else {
        this.rows[place] = row;
        isTouched = true;
      }
    }
    if (isAtTop) {
      this.#insert(unknown);
      if (more || isTouched || unknown.length > 0) this.#readAgain(more ? soon : later);
    } else {
      this.newer += unknown.length;
      this.isOld ||= more;
    }
    if (isTouched || unknown.length > 0 || more) this.#onChange();
  }

  /** What is new stands first; how many there are in all is known after the next reading. @param {FileRow[]} rows */
  #insert(rows) {
    if (rows.length === 0) return;
    this.rows = [...rows.sort((a, b) => b.at - a.at), ...this.rows];
    this.total += rows.length;
    this.#places = new Map(this.rows.map(({ id }, place) => [id, place]));
  }

  /** @param {string} id */
  find(id) {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.rows[place];
  }

  /** @param {number} pause */
  #readAgain(pause) {
    const due = Date.now() + pause;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#wanted < pageSize) this.reload();
    }, pause);
  }

  /** @param {string | undefined} after undefined: from the beginning */
  async #load(after) {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.isLoading = true;
    try {
      const page = await this.#api.files(
        { ...this.#question, ...(after === undefined ? {} : { after }), limit: pageSize },
        signal,
      );
      if (after === undefined) {
        this.rows = [];
        this.#places = new Map();
        this.newer = 0;
        this.isOld = false;
      }
      for (const row of page.files) {
        if (this.#places.has(row.id)) continue;
        this.#places.set(row.id, this.rows.length);
        this.rows.push(row);
      }
      this.#next = page.next;
      this.total = page.next === undefined ? this.rows.length : Math.max(page.total, this.rows.length);
      this.error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error instanceof Error ? error.message : String(error);
    }
    this.isLoading = false;
    this.#onChange();
    this.seen(this.#wanted);
  }
}
