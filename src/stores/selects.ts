/** Asking a selection about paths of a flat listing, as a walk through folders does. Pure. */
import type { Selection } from './contract.ts';

/** True for a path whose folders are all wanted, and itself too. What was asked of the folder before is remembered. */
export function selects(selection: Selection): (path: string) => boolean {
  let folder = '';
  let isWanted = true;
  return (path) => {
    const slash = path.lastIndexOf('/');
    const its = slash === -1 ? '' : path.slice(0, slash);
    if (its !== folder) {
      folder = its;
      isWanted = everyFolder(its, selection);
    }
    return isWanted && selection.file(path);
  };
}

function everyFolder(folder: string, selection: Selection): boolean {
  if (folder === '') return true;
  for (let slash = folder.indexOf('/'); slash !== -1; slash = folder.indexOf('/', slash + 1)) {
    if (slash > 0 && !selection.folder(folder.slice(0, slash))) return false;
  }
  return selection.folder(folder);
}
