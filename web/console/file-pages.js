// @ts-check
/** A list of files as it is read: page after page as far as somebody looks, and kept true while files change. */
import { matcherOf } from './matching.js';

/** @import { FileRow, FilesQuestion } from '../../src/console/contract.ts' */
/** @import { Api } from './api.js' */

/** Rows of a page: as many as the server gives. */
const pageSize = 500;
/** Milliseconds between two readings of a list that changes all the time. */
const again = 1500;

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
    this.#wanted = Math.max(this.#wanted, Math.min(last + pageSize / 2, this.total - 1));
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
    let unknown = 0;
    let isTouched = false;
    for (const row of changed) {
      const place = this.#places.get(row.id);
      if (place === undefined) unknown += meets(row) ? 1 : 0;
      else {
        this.rows[place] = row;
        isTouched = true;
      }
    }
    if (unknown > 0 || more) {
      if (isAtTop) this.#soon();
      else {
        this.newer += unknown;
        this.isOld ||= more;
      }
    }
    if (isTouched || unknown > 0 || more) this.#onChange();
  }

  /** @param {string} id */
  find(id) {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.rows[place];
  }

  #soon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.reload();
    }, again);
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
