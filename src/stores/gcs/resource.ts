/** An object as Google's JSON API writes it. Pure. */
import type { ObjectFacts } from '../objects/contract.ts';
import { keptOf } from './metadata.ts';

/** Numbers are text there: they may be larger than those of JSON. */
export interface GcsResource {
  readonly name?: string;
  readonly size?: string;
  readonly generation?: string;
  readonly metageneration?: string;
  readonly timeCreated?: string;
  readonly crc32c?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What is asked for, of one object and of each of a listing. */
export const factFields = 'name,size,generation,timeCreated,metadata';
export const lookFields = 'size,generation,metageneration,timeCreated,metadata';

/** A generation is another one for each object that is written, and the same for as long as only its metadata changes; so is its time. */
export function factsOf({ size, generation = '', timeCreated, metadata }: GcsResource): ObjectFacts {
  const kept = keptOf(metadata);
  const facts = { size: Number(size ?? 0), tag: generation, written: Date.parse(timeCreated ?? '') || 0 };
  return kept === undefined ? facts : { ...facts, kept };
}
