/** Whether a file of a source is still as it was when it was looked at. Pure. */
import type { SourceFile } from '../../stores/contract.ts';

/** One text that differs when anything about the file's content may have changed. */
export function lookText(file: Pick<SourceFile, 'size' | 'mtime' | 'ctime' | 'inode'>): string {
  return `${file.size} ${file.mtime} ${file.ctime} ${file.inode}`;
}

/** True when the texts are the same. */
export function isSameLook(one: SourceFile, other: SourceFile): boolean {
  return (
    one.size === other.size &&
    one.mtime === other.mtime &&
    one.ctime === other.ctime &&
    one.inode === other.inode
  );
}
