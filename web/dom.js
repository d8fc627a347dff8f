// @ts-check
/** The few things that every part of a page does with its elements; of both pages. */

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
 * Gives a button that is an icon another name, and another icon, only where they differ: screen readers tell every change.
 * @param {HTMLButtonElement} button
 * @param {string} label
 * @param {string} [name] of the icon
 */
export function relabel(button, label, name) {
  setAttribute(button, 'aria-label', label);
  if (button.title !== label) button.title = label;
  const use = button.querySelector('use');
  if (use && name !== undefined) setAttribute(use, 'href', `#icon-${name}`);
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
 * What the viewer chose last time. Private windows may refuse to remember; that is no error.
 * @param {string} name
 * @returns {string | undefined}
 */
export function recall(name) {
  try {
    return localStorage.getItem(`sluice.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`sluice.${name}`, value);
  } catch {
    // Private windows.
  }
}
