/**
 * Files that have more bytes, or fewer, than their size says, though nobody writes to them: /proc and sysfs make what they hold
 * when it is read. Such a file is not finished, and sending what its size says would be sending something else.
 */
import type { OpenFile, SourceFile } from '../../stores/contract.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import { lookText } from '../shared/look-text.ts';

/** True for what a store says of the version that was opened, when there is only another one by now, or none. */
export function isStale(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ESTALE';
}

/** True for what a store refuses to give out as it is, however often it is asked. */
export function isRefused(error: unknown): boolean {
  return error instanceof StoreFault && error.code === 'EINVAL';
}

/** True when a file can be read past its size. */
export async function hasMore(handle: OpenFile, size: number): Promise<boolean> {
  return (await handle.read(new Uint8Array(1), size)) > 0;
}

export function longReason({ size }: SourceFile): string {
  return `reading gives more than its size of ${size} bytes, as in /proc: it is no finished file; copy what it holds to one that is`;
}

/** Why reading ended before the size that the file was accepted with; `now` is how it looks behind that. */
export function shortReason(now: SourceFile, file: SourceFile): string {
  return lookText(now) === lookText(file)
    ? `reading gives fewer than its size of ${file.size} bytes, as in sysfs: it is no finished file; copy what it holds to one that is`
    : 'it shrank while it was read';
}
