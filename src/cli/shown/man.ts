/** Manual pages, in the macros of man(7). */
import { everyVerb, type ShownFlag, type ShownVerb } from './tree.ts';

/** One page for the program and one for each verb, by their names, e.g. `sluice-live-publish.1`. */
export function manPages(program: string, version: string, tree: ShownVerb): ReadonlyMap<string, string> {
  const verbs = everyVerb(tree);
  return new Map(
    verbs.map((verb) => [
      `${pageOf(program, verb)}.1`,
      pageText(program, version, verb, neighbours(verb, verbs)),
    ]),
  );
}

function pageOf(program: string, { path }: ShownVerb): string {
  return [program, ...path].join('-');
}

/** What stands above a verb and below it. */
function neighbours(verb: ShownVerb, verbs: readonly ShownVerb[]): readonly ShownVerb[] {
  const above = verbs.filter(({ verbs: below }) => below.includes(verb));
  return [...above, ...verb.verbs];
}

function pageText(program: string, version: string, verb: ShownVerb, others: readonly ShownVerb[]): string {
  const command = [program, ...verb.path].join(' ');
  const words = verb.words.map(({ name }) => ` \\fI${plain(name)}\\fR`).join('');
  const form = verb.verbs.length > 0 ? ' \\fIVERB\\fR' : '';
  return [
    `.TH ${pageOf(program, verb).toUpperCase()} 1 "" "${program} ${version}" "${program}"`,
    '.SH NAME',
    `${plain(pageOf(program, verb))} \\- ${plain(verb.summary.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `\\fB${plain(command)}\\fR${form} [\\fIoptions\\fR]${words}`,
    '.SH DESCRIPTION',
    line(verb.description),
    ...(verb.verbs.length > 0 ? ['.SH VERBS', ...verb.verbs.flatMap(verbLines)] : []),
    '.SH OPTIONS',
    ...[...verb.groups].flatMap(([heading, flags]) => [`.SS ${plain(heading)}`, ...flags.flatMap(flagLines)]),
    ...examplesLines(verb),
    '.SH ENVIRONMENT',
    'Every flag is also a variable (\\-\\-min\\-age is SLUICE_MIN_AGE) and a property of the file of \\-\\-config (sluice.min.age). The',
    'properties of Kafka are variables too (sasl.password is SLUICE_SASL_PASSWORD). What is written first counts: flag, variable, file.',
    '.SH EXIT STATUS',
    ...statusLines,
    '.SH SEE ALSO',
    `${others.map((other) => `\\fB${plain(pageOf(program, other))}\\fR(1)`).join(', ')}`,
    '',
  ].join('\n');
}

const statusLines = [
  ['0', 'all well'],
  ['1', 'unexpected'],
  ['2', 'usage or configuration'],
  ['3', 'some files failed or are incomplete'],
  ['4', 'cluster unreachable'],
  ['130', 'interrupted'],
].flatMap(([code, meaning]) => ['.TP', `${code}`, `${meaning}`]);

function verbLines({ path, summary }: ShownVerb): string[] {
  return ['.TP', `\\fB${plain(path.at(-1) ?? '')}\\fR`, line(summary)];
}

function flagLines({ name, short, argument, help }: ShownFlag): string[] {
  const names = [...(short === undefined ? [] : [`\\-${short}`]), `\\-\\-${plain(name)}`];
  const value = argument === undefined ? '' : ` \\fI${plain(argument)}\\fR`;
  return ['.TP', `${names.map((one) => `\\fB${one}\\fR`).join(', ')}${value}`, line(help)];
}

function examplesLines({ examples }: ShownVerb): string[] {
  if (examples.length === 0) return [];
  const shown = examples.map(([command, meaning]) =>
    [line(`${meaning}:`), '.PP', '.nf', line(`    ${command}`), '.fi'].join('\n'),
  );
  return ['.SH EXAMPLES', shown.join('\n.PP\n')];
}

/** A line of its own: one that began with a dot or a quote would be a request. */
function line(text: string): string {
  return plain(text).replace(/^[.']/, '\\&$&');
}

/** Text that stands as it is written: a lone hyphen would become a typographic one, which no shell takes. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga');
}
