/** The rights that each verb needs, as docs/acls.md has them: the test reads that page, so that it cannot say anything else. */
import { readFileSync } from 'node:fs';

/** One right: an operation on a resource, in Kafka's words. */
export interface Right {
  readonly operation: string;
  readonly kind: 'Topic' | 'Group';
  readonly name: string;
  readonly isPrefix: boolean;
  /** Without it the verb ends with an error that names it; an optional one is done without. */
  readonly isNeeded: boolean;
}

/** Who needs rights: headings of the page. */
export type Role = 'Uploader' | 'Downloader' | 'Reader' | 'Publisher' | 'Ingest' | 'Server' | 'Console';

const row = /^\| `(\w+)` \| `(Topic|Group):([^`]+)`( \(prefixed\))? \| (yes|no)\b/;

/** The table under the heading of a role. Throws when there is none. */
export function rightsOf(role: Role): readonly Right[] {
  const page = readFileSync(new URL('../../../docs/acls.md', import.meta.url), 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith(role)) ?? '';
  const rights = section.split('\n').flatMap((line): Right[] => {
    const match = row.exec(line);
    if (match === null) return [];
    const [, operation = '', kind, name = '', prefixed, needed] = match;
    const isPrefix = prefixed !== undefined;
    return [{ operation, kind: kind as Right['kind'], name, isPrefix, isNeeded: needed === 'yes' }];
  });
  if (rights.length === 0) throw new Error(`docs/acls.md has no table of rights under ${role}`);
  return rights;
}

/** E.g. `Write on Topic:files`. */
export function rightText({ operation, kind, name }: Right): string {
  return `${operation} on ${kind}:${name}`;
}
