// @ts-check
/** Drag and drop onto the whole page, and two buttons that do the same. */
import { element, setText } from './dom.js';
import { filesOfDrop, filesOfInput } from './dropped.js';

/** @import { Dropped } from './dropped.js' */

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
  let depth = 0;
  const lower = () => {
    depth = 0;
    veil.hidden = true;
  };
  addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    const said = words();
    const text = veil.firstElementChild;
    if (text !== null) setText(text, said ?? 'You may not send files here.');
    veil.classList.toggle('refused', said === undefined);
    veil.hidden = false;
  });
  addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = words() === undefined ? 'none' : 'copy';
  });
  addEventListener('dragleave', (event) => {
    if (hasFiles(event) && --depth <= 0) lower();
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
