// @ts-check
/** Files and folders that were dropped or chosen, with their paths. */

/** @typedef {{ readonly path: string, readonly file: File }} Dropped */

/**
 * Has to be called while the drop is being told: afterwards a browser knows nothing of it any more.
 * @param {DataTransfer} transfer
 * @returns {AsyncGenerator<Dropped>}
 */
export function filesOfDrop(transfer) {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const found = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  return walk(found);
}

/** @param {readonly { entry: FileSystemEntry | null, file: File | null }[]} found @returns {AsyncGenerator<Dropped>} */
async function* walk(found) {
  for (const { entry, file } of found) {
    if (entry?.isDirectory) yield* within(/** @type {FileSystemDirectoryEntry} */ (entry), '');
    else if (file !== null) yield { path: file.name, file };
  }
}

/** @param {FileSystemDirectoryEntry} folder @param {string} above @returns {AsyncGenerator<Dropped>} */
async function* within(folder, above) {
  const path = `${above}${folder.name}/`;
  const reader = folder.createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} some of them: a browser gives a hundred at a time, and none at the end */
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (entry.isDirectory) yield* within(/** @type {FileSystemDirectoryEntry} */ (entry), path);
      else {
        const file = await fileOf(/** @type {FileSystemFileEntry} */ (entry));
        yield { path: `${path}${entry.name}`, file };
      }
    }
  }
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/**
 * @param {FileList} list
 * @returns {Dropped[]}
 */
export function filesOfInput(list) {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}
