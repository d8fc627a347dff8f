/** Which release this is. Whatever is built has the text itself in the place of this module. */
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
export const { version }: { version: string } = JSON.parse(text);
