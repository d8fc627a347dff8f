/** The verbs and their flags as data: what completions and man pages are made of. */
import type { Command } from 'commander';
import type { Flag } from '../flags.ts';
import { choicesOf } from '../values.ts';
import { type Examples, examplesOf, flagsOf } from '../verb.ts';

/** What the value of a flag, or a word of a verb, is: one of some words, something on the disk, or anything. */
export type Taken = readonly string[] | 'files' | 'folders' | 'anything';

export interface ShownFlag {
  /** Without its dashes. */
  readonly name: string;
  /** One letter, without its dash. */
  readonly short?: string;
  /** What its value is called, e.g. `TIME`. Undefined for a switch, which takes none. */
  readonly argument?: string;
  readonly takes?: Taken;
  /** May be given more than once. */
  readonly repeated: boolean;
  readonly help: string;
}

export interface ShownVerb {
  /** Words behind the program's name, e.g. `['live', 'publish']`; none for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly description: string;
  /** Headings of the help, without colons, and the flags beneath them. */
  readonly groups: ReadonlyMap<string, readonly ShownFlag[]>;
  readonly words: readonly { readonly name: string; readonly help: string; readonly takes: Taken }[];
  readonly examples: Examples;
  /** What stands below it. */
  readonly verbs: readonly ShownVerb[];
}

/** All of a command; `help` and what is hidden are left out. */
export function shownVerb(command: Command, path: readonly string[] = []): ShownVerb {
  const groups = new Map<string, ShownFlag[]>();
  const flags = new Map(Object.values(flagsOf(command) ?? {}).map((flag) => [flag.flag, flag]));
  for (const option of command.createHelp().visibleOptions(command)) {
    const heading = (option.helpGroupHeading ?? 'Options:').replace(/:$/, '');
    const flag = shownFlag(option.name(), option.short, option.description, flags.get(option.name()));
    groups.set(heading, [...(groups.get(heading) ?? []), flag]);
  }
  return {
    path,
    summary: command.summary() || command.description(),
    description: command.description(),
    groups,
    words: command.registeredArguments.map((word) => ({
      name: word.name(),
      help: word.description,
      takes: word.argChoices ?? 'anything',
    })),
    examples: examplesOf(command),
    verbs: command
      .createHelp()
      .visibleCommands(command)
      .filter((below) => below.name() !== 'help')
      .map((below) => shownVerb(below, [...path, below.name()])),
  };
}

/** A verb and all below it, itself first. */
export function everyVerb(verb: ShownVerb): readonly ShownVerb[] {
  return [verb, ...verb.verbs.flatMap(everyVerb)];
}

export function flagsIn(verb: ShownVerb): readonly ShownFlag[] {
  return [...verb.groups.values()].flat();
}

function shownFlag(
  name: string,
  short: string | undefined,
  help: string,
  flag: Flag<unknown> | undefined,
): ShownFlag {
  const shown = { name, help, repeated: flag?.form === 'list', ...(short && { short: short.slice(1) }) };
  const argument = flag?.argument;
  return argument === undefined ? shown : { ...shown, argument, takes: takenBy(argument, flag?.schema) };
}

/** By the word that the help has for it: `FILE` and `DIR` are paths, and so is most of what is a `PLACE`. */
function takenBy(argument: string, schema: unknown): Taken {
  const choices = choicesOf(schema) ?? (/^[a-z0-9-]+(\|[a-z0-9-]+)+$/.test(argument) && argument.split('|'));
  if (choices) return choices;
  if (/^(FILE|PROGRAM|INPUT)\b/.test(argument)) return 'files';
  return /^DIR$|PLACE$/.test(argument) ? 'folders' : 'anything';
}
