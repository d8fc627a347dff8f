// @ts-check
/** Drag and drop onto the whole page, and two buttons that do the same. */
import { element, setText } from './dom.js';
import { filesOfDrop, filesOfInput } from './dropped.js';

/** @import { Dropped } from './dropped.js' */

/** Milliseconds: while something is held above the page, a browser says so several times a second. */
const held = 1000;

/** Files that are handed on at a time: a folder of a hundred thousand shows its first ones at once. */
const lot = 100;

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes('Files') === true;

/**
 * @param {{ readonly words: () => string | undefined, readonly onFiles: (files: readonly Dropped[]) => void, readonly onError: (error: unknown) => void }} options
 *   `words`: what is said while something is held above the page; undefined: nothing may be sent
 */
export function takeDrops({ words, onFiles, onError }) {
  const veil = element('drop', HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const lower = () => {
    clearTimeout(timer);
    veil.hidden = true;
  };
  // No counting of those that are entered and left: of one that is taken out of the page under the hand, nobody tells that it was left.
  const raise = (/** @type {DragEvent} */ event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const said = words();
    if (event.dataTransfer) event.dataTransfer.dropEffect = said === undefined ? 'none' : 'copy';
    const text = veil.firstElementChild;
    if (text !== null) setText(text, said ?? 'You may not send files here.');
    veil.classList.toggle('refused', said === undefined);
    veil.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(lower, held);
  };
  addEventListener('dragenter', raise);
  addEventListener('dragover', raise);
  addEventListener('dragleave', (event) => {
    if (hasFiles(event) && event.relatedTarget === null) lower();
  });
  addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    // Also where nothing may be sent: a browser would open the file in the place of the console.
    event.preventDefault();
    lower();
    if (words() === undefined || event.dataTransfer === null) return;
    handOn(filesOfDrop(event.dataTransfer), onFiles).catch(onError);
  });

  for (const [press, field] of [
    ['send-files', 'files-input'],
    ['send-folder', 'folder-input'],
  ]) {
    const input = element(field ?? '', HTMLInputElement);
    element(press ?? '', HTMLButtonElement).addEventListener('click', () => input.click());
    input.addEventListener('change', () => {
      if (input.files) onFiles(filesOfInput(input.files));
      input.value = '';
    });
  }
}

/** @param {AsyncIterable<Dropped>} files @param {(files: readonly Dropped[]) => void} onFiles */
async function handOn(files, onFiles) {
  /** @type {Dropped[]} */
  let some = [];
  try {
    for await (const file of files) {
      some.push(file);
      if (some.length < lot) continue;
      onFiles(some);
      some = [];
    }
  } finally {
    if (some.length > 0) onFiles(some);
  }
}
