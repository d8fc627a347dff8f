// @ts-check
/** The few things that every part of the console does with its elements. */
import { visible } from './strangers.js';

/**
 * The element of `index.html` with this id, checked for its kind: a page and scripts of two versions fail here, and by name.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}

/**
 * A new element. Text is set as text, never as markup: names come from other people.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {readonly (Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * One of the icons in `index.html`.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

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
 * Gives a button that is an icon another name, and another icon, only where they differ: screen readers tell every change.
 * @param {HTMLButtonElement} target
 * @param {string} label
 * @param {string} [name] of the icon
 */
export function relabel(target, label, name) {
  setAttribute(target, 'aria-label', label);
  const use = target.querySelector('use');
  if (use && name !== undefined) setAttribute(use, 'href', `#icon-${name}`);
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
 * Sets text where it differs, so that nothing is laid out anew for nothing.
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * @param {Element} target
 * @param {string} name
 * @param {string | undefined} value undefined: none
 */
export function setAttribute(target, name, value) {
  if (value === undefined) target.removeAttribute(name);
  else if (target.getAttribute(name) !== value) target.setAttribute(name, value);
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
