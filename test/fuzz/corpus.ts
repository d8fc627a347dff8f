/** Cases that failed once, kept as files: what they found must not come back. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface KeptCase {
  readonly target: string;
  /** What it found, in a sentence. */
  readonly found: string;
  readonly items: readonly unknown[];
}

const folder = fileURLToPath(new URL('corpus', import.meta.url));

/** All of them, by the names of their files. */
export function readCorpus(): ReadonlyMap<string, KeptCase> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return new Map(names.sort().map((name) => [name, parseCase(readFileSync(`${folder}/${name}`, 'utf8'))]));
}

/** JSON, bytes as text of one character a byte, so that what is legible in them stays legible. */
export function caseText(kept: KeptCase): string {
  return JSON.stringify(kept, replacer, 1);
}

export function parseCase(text: string): KeptCase {
  return JSON.parse(text, reviver) as KeptCase;
}

interface WrittenBuffer {
  readonly type: 'Buffer';
  readonly data: readonly number[];
}

function replacer(_name: string, value: unknown): unknown {
  const isBuffer = typeof value === 'object' && value !== null && Reflect.get(value, 'type') === 'Buffer';
  return isBuffer ? { latin1: Buffer.from((value as WrittenBuffer).data).toString('latin1') } : value;
}

function reviver(_name: string, value: unknown): unknown {
  const text: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'latin1') : undefined;
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : value;
}
