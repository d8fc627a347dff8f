/** The schemas as they come with the program. */
import type { Schema } from './catalogue.ts';

/** By name. Loaded when it is asked for: no other verb needs them. */
export async function loadSchemas(): Promise<Readonly<Record<string, Schema>>> {
  const { default: all } = await import('../../schemas/all.json', { with: { type: 'json' } });
  return all as Readonly<Record<string, Schema>>;
}
