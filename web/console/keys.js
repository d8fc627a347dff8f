// @ts-check
/** Keys that work everywhere. */
import { views } from './route.js';

/** @import { View } from './route.js' */

/**
 * `/` searches, Esc closes, 1 to 7 are the views.
 * @param {{ readonly onSearch: () => void, readonly onEscape: () => void, readonly onView: (view: View) => void }} listener
 */
export function listenToKeys({ onSearch, onEscape, onView }) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    const isField = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (event.key === 'Escape') {
      if (target instanceof HTMLInputElement && target.type === 'search' && target.value !== '') return;
      if (isField) target.blur();
      onEscape();
      return;
    }
    if (isField) return;
    const view = views[Number(event.key) - 1];
    if (event.key === '/') onSearch();
    else if (view !== undefined) onView(view);
    else return;
    event.preventDefault();
  });
}
