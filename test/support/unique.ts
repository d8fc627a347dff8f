/** Names that no other test uses, on a cluster that all share. */
import { randomUUID } from 'node:crypto';

/** E.g. `files-3f0c8a52`. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}

/** A topic name of the caller's own; the topic is not created. */
export function uniqueTopic(prefix = 'test'): string {
  return uniqueName(prefix);
}
