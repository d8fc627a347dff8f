/** `--console-key`: the key that the console's tokens are signed with, of the console and of whoever makes tokens. */
import { optional } from '../flags.ts';
import { text } from '../values.ts';

export const consoleKeyFlag = optional(
  'console-key',
  'FILE|KEY',
  text,
  'only who has a token gets in: the file with the key that tokens are signed with; the key itself is better in SLUICE_CONSOLE_KEY',
  'whoever is on this machine gets in',
);
