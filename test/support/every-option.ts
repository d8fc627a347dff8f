/** What somebody forgot of an option: in the table, the help, the pages, the environment, the configuration file, or the library. */
import { isDeepStrictEqual } from 'node:util';
import { kafkaPropertyOf, strangeVariables } from '../../src/cli/environment.ts';
import type { Flag, Flags } from '../../src/cli/flags.ts';
import { withoutServiceLinks } from '../../src/cli/service-links.ts';
import { find, propertyOf, resolveSettings, type Sources, variableOf } from '../../src/config.ts';

/** A verb, and what says something of its options. */
export interface Told {
  /** E.g. `live publish`. */
  readonly verb: string;
  readonly flags: Flags;
  /** The flags that its command takes, without dashes. */
  readonly taken: readonly string[];
  readonly help: string;
  /** What its section of the page says. */
  readonly section: string;
  /** The flags of all verbs: what a configuration file may hold. */
  readonly known: readonly string[];
}

/** A sentence for each thing that is missing or not the same everywhere. */
export function faultsOf(told: Told): string[] {
  const { verb, flags, taken, section, known } = told;
  const names = new Set(Object.values(flags).map(({ flag }) => flag));
  const untold = taken.filter((name) => !names.has(name)).map((name) => `table: --${name} is not in it`);
  const strange = [...section.matchAll(/`--([a-z0-9-]+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help' && !known.includes(name))
    .map((name) => `page: there is no --${name}`);
  const faults = Object.entries(flags).flatMap(([key, flag]) => [
    ...faultsOfTable(key, flag),
    ...faultsOfHelp(flag, told),
    ...faultsOfPage(flag, section),
    ...faultsOfSources(flag, known),
  ]);
  return [...untold, ...strange, ...faults].map((fault) => `${verb}: ${fault}`);
}

/** `minAge` -> `min-age`. */
function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Flags whose key in the table, and name in the library, is another word. */
const called: Readonly<Record<string, string>> = { spoolBytes: 'spool' };

function faultsOfTable(key: string, flag: Flag<unknown>): string[] {
  const faults: string[] = [];
  if (flag.flag !== (called[key] ?? dashed(key))) faults.push(`table: ${key} is called --${flag.flag}`);
  if ((flag.argument === undefined) !== (flag.form === 'switch'))
    faults.push(`table: --${flag.flag} is a ${flag.form}, and its argument is ${flag.argument}`);
  if (/(^|-)port$/.test(flag.flag) && flag.argument !== 'PORT')
    faults.push(`table: --${flag.flag} is a port, and its argument is ${flag.argument}`);
  const shown = literalDefaultOf(flag);
  const isTold = flag.fallback === undefined || flag.form === 'switch' || flag.shownDefault !== undefined;
  if (!isTold) faults.push(`table: --${flag.flag} does not show its default`);
  if (shown !== undefined && !isDeepStrictEqual(flag.schema.safeParse(shown).data, flag.fallback))
    faults.push(`table: --${flag.flag} shows the default ${shown}, and has another`);
  return faults;
}

/** The default as one could write it; undefined where it is told in words. */
function literalDefaultOf({ form, fallback, shownDefault, schema }: Flag<unknown>): string | undefined {
  if (form !== 'value' || fallback === undefined || shownDefault === undefined) return undefined;
  const [word = ''] = shownDefault.split(',');
  return word.includes(' ') || !schema.safeParse(word).success ? undefined : word;
}

function faultsOfHelp(flag: Flag<unknown>, { taken, help }: Told): string[] {
  const { flag: name, argument, help: words, shownDefault } = flag;
  const text = help.replaceAll(/\s+/g, ' ');
  const short = flag.short === undefined ? '' : `${flag.short}, `;
  const written = `${short}--${name}${argument === undefined ? '' : ` <${argument}>`} ${words}`;
  const faults: string[] = [];
  if (!taken.includes(name)) faults.push(`help: --${name} is not taken`);
  if (!text.includes(written.replaceAll(/\s+/g, ' '))) faults.push(`help: it does not have "${written}"`);
  if (shownDefault !== undefined && !text.includes(`(default: ${shownDefault})`))
    faults.push(`help: the default of --${name} is not there`);
  if (words.length < 6 || words.endsWith('.'))
    faults.push(`help: "${words}" says too little, or is a sentence`);
  return faults;
}

/** The page has the flag between backticks, and in the same line, a row of a table perhaps, its default. */
function faultsOfPage(flag: Flag<unknown>, section: string): string[] {
  const { flag: name, argument } = flag;
  const places = section
    .split('\n')
    .map((line) => ({ line, shown: argumentIn(line, name) }))
    .filter(({ shown }) => shown !== undefined);
  const isRow = (line: string): boolean => argumentIn(line.split(/(?<!\\)\|/)[1] ?? '', name) !== undefined;
  const place = places.find(({ line }) => isRow(line)) ?? places[0];
  if (place === undefined) return [`page: --${name} is not there`];
  const { line, shown = '' } = place;
  const faults: string[] = [];
  const [first = ''] = shown.split(' ');
  if (shown !== '' && shown !== argument && first !== argument)
    faults.push(`page: --${name} has ${shown}, and takes ${argument}`);
  const fallback = literalDefaultOf(flag);
  if (isRow(line) && fallback !== undefined && !line.includes(fallback) && !/as of `sluice/.test(line))
    faults.push(`page: --${name} does not have its default, ${fallback}`);
  return faults;
}

/** What follows a flag in the first code of a line that has it, up to another flag; undefined: no code has it. */
function argumentIn(line: string, name: string): string | undefined {
  for (const [, code = ''] of line.matchAll(/`([^`]+)`/g)) {
    const match = new RegExp(`(?:^|[ \\[])--${name}(?: (.*?))?(?= --| \\[|$)`).exec(code);
    if (match === null) continue;
    const shown = (match[1] ?? '').replaceAll('\\|', '|');
    // A bracket around the flag itself, not one within its argument.
    return shown.includes('[') ? shown : shown.replace(/\]$/, '');
  }
  return undefined;
}

/** Flags that have no variable, or no property, each for a reason. */
const withoutVariable: readonly string[] = ['cache'];

function faultsOfSources(flag: Flag<unknown>, known: readonly string[]): string[] {
  const { flag: name } = flag;
  const sample = sampleOf(flag);
  if (sample === undefined) return [`schema: nothing that was tried for --${name} is allowed`];
  const [variable, property] = [variableOf(name), propertyOf(name)];
  const faults: string[] = [];
  const file = { path: 'f', properties: { [property]: sample }, lineOf: () => 1 };
  const { own } = withoutServiceLinks({ [variable]: sample });
  const isKafkas = kafkaPropertyOf(variable) !== undefined;
  if (!withoutVariable.includes(name)) {
    if (isKafkas && name !== 'bootstrap-servers')
      faults.push(`environment: ${variable} is a property of Kafka`);
    if (strangeVariables(own, known).length > 0) faults.push(`environment: ${variable} is not known`);
    if (!readsAlike(flag, { flags: {}, environment: own }, sample))
      faults.push(`environment: ${variable} does not set --${name}`);
  }
  if (!known.includes(name)) faults.push(`file: ${property} is not known`);
  if (!readsAlike(flag, { flags: {}, environment: {}, file }, sample))
    faults.push(`file: ${property} does not set --${name}`);
  return faults;
}

/** True when a source gives what the flag itself would. */
function readsAlike(flag: Flag<unknown>, sources: Sources, sample: string): boolean {
  const written = flag.form === 'switch' ? true : flag.form === 'list' ? [sample] : sample;
  const asFlag = resolveSettings({ flag }, { flags: { [flag.flag]: written }, environment: {} });
  const found = find(flag, sources);
  return found !== undefined && isDeepStrictEqual(resolveSettings({ flag }, sources), asFlag);
}

/** A date first: what is so long ago would be another time whenever it is read. */
const samples = [
  '2026-07-01',
  '7s',
  '7MB',
  '7',
  'x',
  'x=y',
  'x=look',
  '7M',
  'UTC',
  '0 7 * * *',
  '640x360',
  '640x360@800k',
  'https://x',
];

/** Some text that the option allows. */
export function sampleOf({ form, schema }: Flag<unknown>): string | undefined {
  if (form === 'switch') return 'true';
  const inForm = (text: string): unknown => (form === 'list' ? [text] : text);
  const words = schema.safeParse(inForm('?')).error?.issues[0]?.message.match(/is none of (.+)/)?.[1];
  const choices = words === undefined ? samples : words.split(', ');
  return choices.find((text) => schema.safeParse(inForm(text)).success);
}
