/** Objects that cannot be read for now. Pure. */

/** Storage classes whose objects are to be restored before they can be read. */
const archives = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** Why the object cannot be read now; undefined when it can. */
export function archiveFault(storageClass: string | undefined, isRestored: boolean): string | undefined {
  if (storageClass === undefined || !archives.has(storageClass) || isRestored) return undefined;
  return `it is archived (${storageClass}): restore it, and it is sent`;
}
