// @ts-check
/** What the console makes more than once: buttons, names of strangers, lists of facts. */
import { icon, make } from './dom.js';
import { visible } from './strangers.js';

/**
 * @param {string} label
 * @param {() => void} onPress
 * @param {{ readonly class?: string, readonly icon?: string }} [looks]
 */
export function button(label, onPress, looks = {}) {
  const made = make('button', { type: 'button', ...(looks.class ? { class: looks.class } : {}) });
  if (looks.icon !== undefined) made.append(icon(looks.icon));
  if (looks.class?.includes('bare')) made.setAttribute('aria-label', label);
  else made.append(label);
  made.addEventListener('click', onPress);
  return made;
}

/**
 * A name that a stranger gave, which may be written from right to left.
 * @param {string} text
 * @param {string} [kind]
 */
export function stranger(text, kind) {
  return make('bdi', kind === undefined ? {} : { class: kind }, [visible(text)]);
}

/**
 * What is known of something, as a list of terms; what is not known is left out.
 * @param {readonly (readonly [term: string, value: Node | string | undefined])[]} facts
 * @param {string} [kind]
 */
export function factsList(facts, kind = 'facts') {
  const list = make('dl', { class: kind });
  for (const [term, value] of facts)
    if (value !== undefined && value !== '')
      list.append(make('div', {}, [make('dt', {}, [term]), make('dd', {}, [value])]));
  return list;
}
