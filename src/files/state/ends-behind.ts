/** What holds for all that an uploader remembers, compared and moved on. PURE. */
import type { FileState, Origin, Ready } from '../../records/state-record.ts';
import { isLastVersion } from '../../records/upload-id.ts';

/** True when both say the same of all files of an uploader. */
export function isSameReady(ready: Ready, other: Ready | undefined): boolean {
  const names = ['topic', 'resend', 'forgotten', 'root'] as const;
  const isSame = other !== undefined && names.every((name) => ready[name] === other[name]);
  return isSame && ready.names?.key === other.names?.key;
}

/** The newest version of all, and of `floor`, behind which there can be others. */
export function newestOfAll(files: Iterable<[path: string, state: FileState]>, floor: string): string {
  let newest = floor;
  for (const [, { upload }] of files) if (upload > newest && !isLastVersion(upload)) newest = upload;
  return newest;
}

/** Where each partition of `T` ends that is not told of in full, once these are forgotten. */
export function endsBehind(lost: readonly FileState[], origin: Origin, topicId: string): number[] {
  const ends = origin.topic === topicId ? [...origin.ends] : [];
  for (const { topic, partition, last } of lost) {
    if (topic === topicId) ends[partition] = Math.max(ends[partition] ?? 0, last + 1);
  }
  return Array.from(ends, (end) => end ?? 0);
}
