/** Flags: settings with the words that the help shows for them, put on a command and read back from it. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { Setting, Sources } from '../config.ts';
import { durationText, sizeText } from './units.ts';
import { count, duration, port, size, text } from './values.ts';

/** How the help shows a setting. */
interface Shown {
  /** What follows the flag, e.g. `TIME`; none for a switch. */
  readonly argument?: string;
  /** A one-letter form, e.g. `-q`. */
  readonly short?: string;
  /** A clause without a full stop. */
  readonly help: string;
  /** The default in the user's words. */
  readonly shownDefault?: string;
}

export type Flag<T> = Setting<T> & Shown;
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** Headings of a help, and the flags beneath them. */
export type FlagGroups = Readonly<Record<string, Flags>>;

type KeysIn<G extends FlagGroups> = { [H in keyof G]: keyof G[H] }[keyof G];
type FlagIn<G extends FlagGroups, K> = { [H in keyof G]: K extends keyof G[H] ? G[H][K] : never }[keyof G];

/** The flags of all groups: the one table that help, variables, properties and settings of a verb are made of. */
export type FlagsIn<G extends FlagGroups> = Extract<{ readonly [K in KeysIn<G>]: FlagIn<G, K> }, Flags>;

export function flagsIn<G extends FlagGroups>(groups: G): FlagsIn<G> {
  return Object.assign({}, ...Object.values(groups)) as FlagsIn<G>;
}

/** A flag with one value and a default, which the help shows as `shownDefault`. */
export function valued<T>(
  flag: string,
  argument: string,
  schema: z.ZodType<T>,
  fallback: T,
  shownDefault: string,
  help: string,
) {
  return { flag, form: 'value', argument, schema, fallback, shownDefault, help } as const;
}

/** A flag with one value that may be absent; `shownDefault` says what happens then. */
export function optional<T>(
  flag: string,
  argument: string,
  schema: z.ZodType<T>,
  help: string,
  shownDefault?: string,
) {
  const base = { flag, form: 'value', argument, schema, fallback: undefined, help } as const;
  return shownDefault === undefined ? base : { ...base, shownDefault };
}

/** A flag with one value, without which the verb cannot begin. */
export function required<T>(flag: string, argument: string, schema: z.ZodType<T>, help: string) {
  return { flag, form: 'value', argument, schema, fallback: undefined, required: true, help } as const;
}

/** A flag with a duration, in milliseconds. */
export function timed(flag: string, fallback: number, help: string) {
  return valued(flag, 'TIME', duration, fallback, durationText(fallback), help);
}

/** A flag with a size, in bytes, of at least `least`. */
export function sized(flag: string, fallback: number, least: number, help: string) {
  return valued(flag, 'SIZE', size(least), fallback, sizeText(fallback), help);
}

/** A flag with a whole number from `least` to `most`. */
export function counted(
  flag: string,
  fallback: number,
  [least, most]: readonly [number, number],
  help: string,
) {
  return valued(flag, 'COUNT', count(least, most), fallback, String(fallback), help);
}

/** A flag with the port that is listened on. */
export function portOf(flag: string, fallback: number, help: string, most?: number) {
  return valued(flag, 'PORT', port(most), fallback, String(fallback), help);
}

/** A flag without a value, off unless given. */
export function toggle(flag: string, help: string, short?: string) {
  const base = { flag, form: 'switch', schema: z.boolean(), fallback: false as boolean, help } as const;
  return short === undefined ? base : { ...base, short };
}

/** A flag that may be repeated, each time with one text. */
export function repeated(flag: string, argument: string, help: string, short?: string) {
  const base = { flag, form: 'list', argument, schema: z.array(text), fallback: undefined, help } as const;
  return short === undefined ? base : { ...base, short };
}

/** Puts the flags on a command, under a heading of its help. */
export function addFlags(command: Command, heading: string, flags: Flags): void {
  for (const flag of Object.values(flags)) {
    const short = flag.short === undefined ? '' : `${flag.short}, `;
    const argument = flag.argument === undefined ? '' : ` <${flag.argument}>`;
    const need = flag.required === true ? ' (required)' : '';
    const shownDefault = flag.shownDefault === undefined ? need : ` (default: ${flag.shownDefault})`;
    const option = new Option(`${short}--${flag.flag}${argument}`, flag.help + shownDefault);
    if (flag.form === 'list') {
      option.argParser((item: string, before: readonly string[] | undefined) => [...(before ?? []), item]);
    }
    command.addOption(option.helpGroup(heading));
  }
}

/** What the user wrote, by the flags' names without dashes. */
export function writtenFlags(command: Command): Sources['flags'] {
  const written: Record<string, string | boolean | readonly string[]> = {};
  const values: Record<string, unknown> = command.opts();
  for (const option of command.options) {
    const value = values[option.attributeName()];
    if (typeof value === 'string' || typeof value === 'boolean' || Array.isArray(value)) {
      written[option.name()] = value;
    }
  }
  return written;
}
