/** Conditions of S3: as headers, and what a server says that has none. Pure. */
import type { Condition } from '../objects/contract.ts';

/** True when the store's own name for it is this one. */
export function isNamed(error: unknown, name: string): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.name === name;
}

export function headersOf(condition: Condition): { IfMatch: string } | { IfNoneMatch: '*' } | undefined {
  if (condition === undefined) return undefined;
  return condition === 'nothing' ? { IfNoneMatch: '*' } : { IfMatch: condition.tag };
}
