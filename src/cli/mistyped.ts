/** Command lines that commander would misread, or tell of in words that help nobody. */
import type { Command } from 'commander';
import { printable } from '../printable.ts';

const isHelp = (word: string): boolean => word === '-h' || word === '--help';

/**
 * The words to parse in place of those that were written. Help of a verb that is not there is taken for the verb alone, which then is told;
 * otherwise somebody reads the help of another thing. `version` and `-v`, as other programs have them, are `--version`. Pure.
 */
export function meantBy(program: Command, words: readonly string[]): readonly string[] {
  const [first = ''] = words;
  if (words.length === 1 && (first === 'version' || first === '-v')) return ['--version'];
  const verbs = words.filter((word) => !isHelp(word) && word !== 'help');
  if (verbs.length === words.length) return words;
  let command = program;
  for (const word of verbs) {
    if (command.commands.length === 0 || word.startsWith('-')) return words;
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) return verbs;
    command = next;
  }
  return words;
}

/** What such a word is most often meant for, in this order. */
const placeFlags = ['from', 'to', 'stream', 'topic'];

/** What is told of words that stand without a flag where a verb takes none, by commander's own sentence. Pure. */
export function excessText(command: Command, text: string): string {
  const [, received] = /too many arguments.* but got \d+: (.*)\.\n$/s.exec(text) ?? [];
  if (received === undefined) return text.replace(/^error: /, 'sluice: ');
  const words = received.split(', ').slice(command.registeredArguments.length);
  const [word = ''] = words;
  const shown = printable(word);
  const has = (flag: string): boolean => command.options.some(({ long }) => long === `--${flag}`);
  const flag = placeFlags.find((each) => has(each) && command.getOptionValue(each) === undefined);
  const advice =
    flag !== undefined
      ? `write --${flag} ${shown}`
      : 'leave it out; a name with spaces, and a glob that the shell is not to expand, wants quotes';
  return `sluice: "${shown}" has no flag before it: ${advice}\n`;
}
