/** All inputs of the matrix. */
import { broadcasts } from './broadcasts.ts';
import { files } from './files.ts';
import type { Input } from './input.ts';

export const inputs: readonly Input[] = [...files, ...broadcasts];
