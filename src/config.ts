/**
 * Where a setting's value comes from: flag, then environment, then configuration file, then default. The flag
 * `--min-age` is the variable `SLUICE_MIN_AGE` and the property `sluice.min.age` of the file. What a wrong value's error
 * names is the place that the user has to mend. Pure: the sources are handed in.
 */
import type { z } from 'zod';
import { ConfigurationError } from './errors.ts';
import { withoutSecrets } from './secrets.ts';

/**
 * One setting. `value`: one text. `switch`: a flag without a value; `true`/`false` elsewhere. `list`: a flag that may be
 * repeated; elsewhere its items stand between commas (commas within braces belong to the item).
 */
export interface Setting<T> {
  /** The flag without its dashes, e.g. `min-age`. */
  readonly flag: string;
  readonly form: 'value' | 'switch' | 'list';
  /** Reads a text (`value`), a boolean (`switch`) or texts (`list`); its message goes on the sentence `"x" ...`. */
  readonly schema: z.ZodType<T>;
  /** Undefined: the setting may be absent, unless it is required. */
  readonly fallback: T | undefined;
  /** Of a list: what stands between its items elsewhere, if that is no comma. */
  readonly separator?: string;
  /** Without it nothing can be done. */
  readonly required?: boolean;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;

type ValueOf<S> = S extends { readonly schema: z.ZodType<infer T> } ? T : never;
type Always<S extends Settings> = {
  [K in keyof S]: undefined extends S[K]['fallback'] ? (S[K]['required'] extends true ? K : never) : K;
}[keyof S];

/** The values of settings: always there with a default, otherwise only when some source has them. */
export type Resolved<S extends Settings> = { readonly [K in Always<S>]: ValueOf<S[K]> } & {
  readonly [K in Exclude<keyof S, Always<S>>]?: ValueOf<S[K]>;
};

/** A configuration file, as far as errors and precedence need it. */
export interface ConfigurationFile {
  readonly path: string;
  readonly properties: Readonly<Record<string, string>>;
  /** The line of a property, counted from 1; undefined where the file cannot be read twice. */
  lineOf(property: string): number | undefined;
}

export interface Sources {
  /** Flag without its dashes -> what the user wrote. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigurationFile | undefined;
}

/** A folder, of every verb; so what `--cache` of `serve` says has no variable. */
const cacheVariable = 'SLUICE_CACHE';

/** `min-age` -> `SLUICE_MIN_AGE`. */
export function variableOf(flag: string): string {
  return `SLUICE_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** `min-age` -> `sluice.min.age`. */
export function propertyOf(flag: string): string {
  return `sluice.${flag.replaceAll('-', '.')}`;
}

/** A place where a value was found, as errors name it, e.g. `SLUICE_MIN_AGE (environment)`. */
export interface Found {
  readonly raw: string | boolean | readonly string[];
  readonly place: string;
}

/** What the user has written for a setting, and where it counts from; undefined: nowhere. */
export function find(setting: Setting<unknown>, { flags, environment, file }: Sources): Found | undefined {
  const flag = flags[setting.flag];
  if (flag !== undefined) return { raw: flag, place: `--${setting.flag}` };
  const variable = variableOf(setting.flag);
  const fromEnvironment = variable === cacheVariable ? undefined : environment[variable];
  // An empty variable is what `docker run -e NAME` and CI systems leave behind for "not set".
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    return { raw: shaped(setting, fromEnvironment), place: `${variable} (environment)` };
  }
  const property = propertyOf(setting.flag);
  const fromFile = file?.properties[property];
  if (file === undefined || fromFile === undefined) return undefined;
  return { raw: shaped(setting, fromFile), place: placeIn(file, property) };
}

/** A property of a file, as errors name it, e.g. `sluice.min.age (client.properties, line 3)`. */
export function placeIn(file: ConfigurationFile, property: string): string {
  const line = file.lineOf(property);
  return `${property} (${file.path}${line === undefined ? '' : `, line ${line}`})`;
}

function shaped(setting: Setting<unknown>, text: string): Found['raw'] {
  if (setting.form === 'value') return text;
  if (setting.form === 'list') return splitList(text, setting.separator);
  const word = text.trim().toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  if (['false', 'no', 'off', '0'].includes(word)) return false;
  return text;
}

/** The items of a list, with commas between them unless it is said otherwise; those within `{...}` belong to a glob. */
export function splitList(text: string, separator = ','): string[] {
  const items: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === separator && depth <= 0) items.push('');
    else items[items.length - 1] += character;
  }
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

/** The values of all settings. Throws ConfigurationError that names the place, the bad value and what is allowed. */
export function resolveSettings<S extends Settings>(settings: S, sources: Sources): Resolved<S> {
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const found = find(setting, sources);
    const value = found === undefined ? setting.fallback : read(setting, found);
    if (value !== undefined) values[key] = value;
    else if (setting.required === true) throw missing(setting.flag);
  }
  return values as Resolved<S>;
}

function read(setting: Setting<unknown>, { raw, place }: Found): unknown {
  const result = setting.schema.safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const index = issue?.path[0];
  const bad = Array.isArray(raw) && typeof index === 'number' ? raw[index] : raw;
  const message =
    setting.form === 'switch' ? 'is neither true nor false' : (issue?.message ?? 'is not allowed');
  throw new ConfigurationError(withoutSecrets(`${place}: ${JSON.stringify(bad)} ${message}`));
}

function missing(flag: string): ConfigurationError {
  return new ConfigurationError(
    `--${flag} is missing; give the flag, or set ${variableOf(flag)}, or ${propertyOf(flag)} in the --config file`,
  );
}
