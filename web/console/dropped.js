// @ts-check
/** Files and folders that were dropped or chosen, with their paths. */

/**
 * `fault`: why it cannot be read; of a folder the path ends in a slash.
 * @typedef {{ readonly path: string, readonly file: File } | { readonly path: string, readonly fault: string }} Dropped
 */

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
    let entries;
    try {
      entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    } catch (error) {
      yield { path, fault: faultOf(error) };
      return;
    }
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (entry.isDirectory) yield* within(/** @type {FileSystemDirectoryEntry} */ (entry), path);
      else {
        const name = `${path}${entry.name}`;
        const file = await fileOf(/** @type {FileSystemFileEntry} */ (entry)).catch(faultOf);
        // One that is gone by now, or that one may not read, keeps none of the others back.
        yield typeof file === 'string' ? { path: name, fault: file } : { path: name, file };
      }
    }
  }
}

/** @param {unknown} error */
function faultOf(error) {
  return `It cannot be read: ${error instanceof Error ? error.message : error}`;
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
