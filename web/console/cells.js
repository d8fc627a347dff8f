// @ts-check
/** What a row of a list is made of: elements that are filled anew and never made anew. */
import { make, setText } from './dom.js';

/**
 * A cell of two lines; the second may be empty.
 * @param {string} [kind]
 */
export function twoLines(kind = '') {
  const [first, second] = [make('span', { class: 'first' }), make('span', { class: 'second' })];
  const cell = make('div', { class: kind }, [first, second]);
  return {
    cell,
    /** @param {string} one @param {string} [two] */
    set(one, two = '') {
      setText(first, one);
      setText(second, two);
    },
  };
}
